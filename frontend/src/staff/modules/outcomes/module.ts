import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const outcomes: StaffModule = {
  routes: nounRoutes({
    path: 'outcomes',
    name: 'outcome',
    title: '行动成果',
    menu: '统计',
    read: 'outcome:read',
    write: 'outcome:handle',
    list: () => import('./OutcomesPage.vue'),
    one: () => import('./OutcomePage.vue'),
    form: () => import('./OutcomeFormPage.vue'),
    edit: '/api/v1/outcomes',
  }),
}

export default outcomes
