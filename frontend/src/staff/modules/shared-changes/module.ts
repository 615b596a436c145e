import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const sharedChanges: StaffModule = {
  routes: nounRoutes({
    path: 'shared-changes',
    name: 'shared-change',
    title: '共用设置变更',
    menu: '管理',
    read: 'shared_change:approve',
    list: () => import('./SharedChangesPage.vue'),
  }),
}

export default sharedChanges
