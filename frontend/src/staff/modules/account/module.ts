import type { StaffModule } from '../../module'

const account: StaffModule = {
  routes: [
    {
      path: 'account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: '我的账号' },
    },
    {
      path: 'account/second-factor',
      name: 'second-factor',
      component: () => import('./TotpPage.vue'),
      meta: { title: '启用动态口令', parent: 'account' },
    },
  ],
}

export default account
