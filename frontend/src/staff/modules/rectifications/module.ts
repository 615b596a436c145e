import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const rectifications: StaffModule = {
  routes: nounRoutes({
    path: 'rectifications',
    name: 'rectification',
    title: '整改',
    menu: '整治',
    read: 'inspection:read',
    write: 'inspection:handle',
    list: () => import('./RectificationsPage.vue'),
    one: () => import('./RectificationPage.vue'),
    edit: '/api/v1/rectifications',
  }),
}

export default rectifications
