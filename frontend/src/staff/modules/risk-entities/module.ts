import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const riskEntities: StaffModule = {
  routes: nounRoutes({
    path: 'risk-entities',
    name: 'risk-entity',
    title: '风险主体',
    menu: '整治',
    read: 'risk_entity:read',
    write: 'risk_entity:create',
    list: () => import('./RiskEntitiesPage.vue'),
    one: () => import('./RiskEntityPage.vue'),
    form: () => import('./RiskEntityFormPage.vue'),
    edit: '/api/v1/risk-entities',
  }),
}

export default riskEntities
