import type { StaffModule } from '../../module'

const handovers: StaffModule = {
  routes: [
    {
      path: 'handovers',
      name: 'handovers',
      component: () => import('./HandoversPage.vue'),
      meta: { title: '移送移交', permission: 'lead:handle', menu: '办理', fits: true },
    },
    {
      path: 'handovers/:id',
      name: 'handover',
      component: () => import('./HandoverPage.vue'),
      props: true,
      meta: { title: '移送移交', permission: 'lead:read', parent: 'handovers' },
    },
  ],
}

export default handovers
