import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const apiClients: StaffModule = {
  routes: nounRoutes({
    path: 'api-clients',
    name: 'api-client',
    title: '接口账号',
    menu: '管理',
    read: 'api_client:manage',
    list: () => import('./ApiClientsPage.vue'),
  }),
}

export default apiClients
