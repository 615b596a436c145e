import type { StaffModule } from '../../module'

const ledger: StaffModule = {
  routes: [
    {
      path: 'ledger',
      name: 'ledger',
      component: () => import('./LedgerPage.vue'),
      meta: { title: '资金账', permission: 'ledger:read', menu: '追赃' },
    },
    {
      path: 'ledger/entries',
      name: 'ledger-entries',
      component: () => import('./EntriesPage.vue'),
      meta: { title: '全部分录', permission: 'ledger:read', parent: 'ledger', fits: true },
    },
    {
      path: 'ledger/entries/:id',
      name: 'ledger-entry',
      component: () => import('./EntryPage.vue'),
      props: true,
      meta: { title: '分录', permission: 'ledger:read', parent: 'ledger' },
    },
  ],
}

export default ledger
