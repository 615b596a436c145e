import type { StaffModule } from '../../module'

const leads: StaffModule = {
  routes: [
    {
      path: 'leads',
      name: 'leads',
      component: () => import('./LeadsPage.vue'),
      meta: { title: '线索', permission: 'lead:read', menu: '办理' },
    },
    {
      path: 'leads/new',
      name: 'lead-new',
      component: () => import('./LeadFormPage.vue'),
      meta: { title: '登记线索', permission: 'lead:create', parent: 'leads' },
    },
    {
      path: 'leads/:id/edit',
      name: 'lead-edit',
      component: () => import('./LeadEditPage.vue'),
      props: true,
      meta: { title: '修改线索', permission: 'lead:create', parent: 'leads' },
    },
    {
      path: 'leads/:id',
      name: 'lead',
      component: () => import('./LeadPage.vue'),
      props: true,
      meta: { title: '线索', permission: 'lead:read', parent: 'leads' },
    },
  ],
}

export default leads
