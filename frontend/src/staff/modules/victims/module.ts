import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const victims: StaffModule = {
  routes: nounRoutes({
    path: 'victims',
    name: 'victim',
    title: '受害人',
    menu: '追赃',
    read: 'victim:read',
    write: 'victim:handle',
    list: () => import('./VictimsPage.vue'),
    one: () => import('./VictimPage.vue'),
    form: () => import('./VictimFormPage.vue'),
    edit: '/api/v1/victims',
  }),
}

export default victims
