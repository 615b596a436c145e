import type { StaffModule } from '../../module'

const account: StaffModule = {
  routes: [
    {
      path: 'account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: '我的账号' },
    },
  ],
}

export default account
