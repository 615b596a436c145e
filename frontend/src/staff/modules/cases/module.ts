import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const cases: StaffModule = {
  routes: nounRoutes({
    path: 'cases',
    name: 'case',
    title: '案件',
    menu: '打击',
    read: 'case:read',
    write: 'case:create',
    list: () => import('./CasesPage.vue'),
    one: () => import('./CasePage.vue'),
    form: () => import('./CaseFormPage.vue'),
    edit: '/api/v1/cases',
  }),
}

export default cases
