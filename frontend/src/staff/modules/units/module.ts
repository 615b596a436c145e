import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const units: StaffModule = {
  routes: [
    {
      path: 'setup',
      name: 'setup',
      component: () => import('../home/SetupPage.vue'),
      meta: { title: '开始使用前', permission: 'unit:manage', menu: '管理' },
    },
    {
      path: 'units/roster',
      name: 'roster',
      component: () => import('./RosterPage.vue'),
      meta: { title: '粘贴名单', permission: 'unit:manage', parent: 'units' },
    },
    ...nounRoutes({
      path: 'units',
      name: 'unit',
      title: '单位',
      menu: '管理',
      read: 'unit:manage',
      list: () => import('./UnitsPage.vue'),
      one: () => import('./UnitPage.vue'),
    }),
    {
      path: 'unit-kinds',
      name: 'unit-kinds',
      component: () => import('./UnitKindsPage.vue'),
      meta: { title: '单位类别', permission: 'unit:manage', parent: 'units' },
    },
    ...nounRoutes({
      path: 'posts',
      name: 'post',
      title: '岗位',
      menu: '管理',
      read: 'user:manage',
      list: () => import('./PostsPage.vue'),
      one: () => import('./PostPage.vue'),
    }),
  ],
}

export default units
