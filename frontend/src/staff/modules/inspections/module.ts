import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const inspections: StaffModule = {
  routes: nounRoutes({
    path: 'inspections',
    name: 'inspection',
    title: '检查',
    menu: '整治',
    read: 'inspection:read',
    write: 'inspection:handle',
    formTitle: '安排检查',
    list: () => import('./InspectionsPage.vue'),
    one: () => import('./InspectionPage.vue'),
    form: () => import('./InspectionFormPage.vue'),
    edit: '/api/v1/inspections',
  }),
}

export default inspections
