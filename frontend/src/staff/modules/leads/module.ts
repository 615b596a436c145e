import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const leads: StaffModule = {
  routes: [
    {
      path: 'leads/recheck-samples',
      name: 'recheck-samples',
      component: () => import('./RecheckSamplesPage.vue'),
      meta: { title: '二次核查抽样', permission: 'lead:read', parent: 'leads' },
    },
    {
      path: 'leads/recheck-samples/:id',
      name: 'recheck-sample',
      component: () => import('./RecheckSamplePage.vue'),
      props: true,
      meta: { title: '抽样', permission: 'lead:read', parent: 'recheck-samples' },
    },
    ...nounRoutes({
      path: 'leads',
      name: 'lead',
      title: '线索',
      menu: '办理',
      read: 'lead:read',
      write: 'lead:create',
      list: () => import('./LeadsPage.vue'),
      one: () => import('./LeadPage.vue'),
      form: () => import('./LeadFormPage.vue'),
      edit: () => import('./LeadEditPage.vue'),
    }),
  ],
}

export default leads
