import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const distributions: StaffModule = {
  routes: nounRoutes({
    path: 'distributions',
    name: 'distribution',
    title: '清退方案',
    menu: '追赃',
    read: 'distribution:read',
    write: 'distribution:prepare',
    formTitle: '编制清退方案',
    list: () => import('./DistributionsPage.vue'),
    one: () => import('./DistributionPage.vue'),
    form: () => import('./DistributionFormPage.vue'),
    edit: '/api/v1/distributions',
  }),
}

export default distributions
