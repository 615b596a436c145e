import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const read = 'rule_set:read'

const ruleSets: StaffModule = {
  routes: [
    {
      path: 'rule-sets',
      name: 'rule-sets',
      component: () => import('./RuleSetsPage.vue'),
      meta: { title: '规则', permission: read, menu: '管理' },
    },
    {
      path: 'rule-sets/:kind',
      name: 'rule-set',
      component: () => import('./RuleSetPage.vue'),
      props: true,
      meta: { title: '规则', permission: read, parent: 'rule-sets' },
    },
    {
      path: 'rule-set-versions/:id/edit',
      name: 'rule-set-version-edit',
      component: () => import('./RuleSetEditPage.vue'),
      props: true,
      meta: { title: '修改规则草稿', permission: 'rule_set:prepare', parent: 'rule-sets' },
    },
    ...nounRoutes({
      path: 'rule-set-versions',
      name: 'rule-set-version',
      title: '规则版本',
      read,
      list: () => import('./RuleSetVersionsPage.vue'),
      one: () => import('./RuleSetVersionPage.vue'),
    }),
  ],
}

export default ruleSets
