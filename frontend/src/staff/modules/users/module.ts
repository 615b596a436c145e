import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const users: StaffModule = {
  routes: nounRoutes({
    path: 'users',
    name: 'user',
    title: '人员',
    menu: '管理',
    read: 'user:read',
    list: () => import('./UsersPage.vue'),
    one: () => import('./UserPage.vue'),
  }),
}

export default users
