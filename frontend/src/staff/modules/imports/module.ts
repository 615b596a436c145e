import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const imports: StaffModule = {
  routes: nounRoutes({
    path: 'imports',
    name: 'import',
    title: '台账导入',
    menu: '办理',
    read: 'import:run',
    list: () => import('./ImportsPage.vue'),
    one: () => import('./ImportPage.vue'),
  }),
}

export default imports
