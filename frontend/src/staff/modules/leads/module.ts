import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const leads: StaffModule = {
  routes: [
    {
      path: 'leads/recheck-samples',
      name: 'recheck-samples',
      component: () => import('./recheck/RecheckSamplesPage.vue'),
      meta: { title: '二次核查抽样', permission: 'recheck_sample:read', parent: 'leads' },
    },
    {
      path: 'leads/recheck-samples/:id',
      name: 'recheck-sample',
      component: () => import('./recheck/RecheckSamplePage.vue'),
      props: true,
      meta: { title: '抽样', permission: 'recheck_sample:read', parent: 'recheck-samples' },
    },
    {
      path: 'leads/left-out',
      name: 'leads-left-out',
      component: () => import('./list/LeftOutPage.vue'),
      meta: { title: '未计入统计的线索', permission: 'lead:read', parent: 'leads', fits: true },
    },
    {
      path: 'leads/desk',
      name: 'lead-desk',
      component: () => import('./desk/DeskPage.vue'),
      meta: { title: '分流台', permission: 'lead:assign', menu: '办理', parent: 'leads' },
    },
    {
      path: 'leads/batches',
      name: 'lead-batches',
      component: () => import('./list/BatchesPage.vue'),
      meta: { title: '批次进度', permission: 'lead:read', parent: 'leads' },
    },
    {
      path: 'leads/assignments',
      name: 'lead-assignments',
      component: () => import('./list/AssignmentsPage.vue'),
      meta: { title: '批量交办记录', permission: 'lead:assign', parent: 'leads' },
    },
    {
      path: 'leads/report',
      name: 'lead-report',
      component: () => import('./record/QuickReportPage.vue'),
      meta: { title: '上报线索', permission: 'lead:create', parent: 'leads' },
    },
    {
      path: 'leads/villages',
      name: 'lead-villages',
      component: () => import('./list/VillagesPage.vue'),
      meta: { title: '各村线索', permission: 'lead:read', parent: 'leads' },
    },
    ...nounRoutes({
      path: 'leads',
      name: 'lead',
      title: '线索',
      menu: '办理',
      read: 'lead:read',
      write: 'lead:create',
      list: () => import('./list/LeadsPage.vue'),
      one: () => import('./record/LeadPage.vue'),
      form: () => import('./record/LeadFormPage.vue'),
      edit: '/api/v1/leads',
    }),
  ],
}

export default leads
