import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const jobs: StaffModule = {
  routes: nounRoutes({
    path: 'jobs',
    name: 'job',
    title: '后台任务',
    menu: '管理',
    read: 'job:manage',
    list: () => import('./JobsPage.vue'),
  }),
}

export default jobs
