import type { StaffModule } from '../../module'

const home: StaffModule = {
  routes: [
    {
      path: 'unit-duties',
      name: 'unit-duties',
      component: () => import('./UnitDutiesPage.vue'),
      meta: { title: '本单位谁在办什么', parent: 'home' },
    },
  ],
}

export default home
