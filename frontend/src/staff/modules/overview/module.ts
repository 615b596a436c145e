import type { StaffModule } from '../../module'

const overview: StaffModule = {
  routes: [
    {
      path: 'overview',
      name: 'overview',
      component: () => import('./OverviewPage.vue'),
      meta: { title: '专项行动概览', permission: 'statistics:read', menu: '统计' },
    },
  ],
}

export default overview
