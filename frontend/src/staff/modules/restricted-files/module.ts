import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const restrictedFiles: StaffModule = {
  routes: [
    ...nounRoutes({
      path: 'restricted-files',
      name: 'restricted-file',
      title: '专档',
      menu: '办理',
      read: 'restricted_file:handle',
      list: () => import('./FilesPage.vue'),
      one: () => import('./FilePage.vue'),
    }),
  ],
}

export default restrictedFiles
