import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const property: StaffModule = {
  routes: [
    ...nounRoutes({
      path: 'property-items',
      name: 'property-item',
      title: '涉案财物',
      menu: '追赃',
      read: 'property:read',
      write: 'property:handle',
      list: () => import('./PropertyItemsPage.vue'),
      one: () => import('./PropertyItemPage.vue'),
      form: () => import('./PropertyItemFormPage.vue'),
      edit: '/api/v1/property-items',
    }),
    ...nounRoutes({
      path: 'property-measures',
      name: 'property-measure',
      title: '查封扣押冻结',
      menu: '追赃',
      read: 'property:read',
      write: 'property:handle',
      formTitle: '登记措施',
      list: () => import('./MeasuresPage.vue'),
      one: () => import('./MeasurePage.vue'),
      form: () => import('./MeasureFormPage.vue'),
    }),
  ],
}

export default property
