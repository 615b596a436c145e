import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const divisions: StaffModule = {
  routes: nounRoutes({
    path: 'divisions',
    name: 'division',
    title: '行政区划',
    menu: '管理',
    read: ['division:manage', 'unit:manage', 'shared_change:prepare'],
    list: () => import('./DivisionsPage.vue'),
  }),
}

export default divisions
