import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const timeRules: StaffModule = {
  routes: [
    ...nounRoutes({
      path: 'time-rules',
      name: 'time-rule',
      title: '期限规则',
      menu: '管理',
      read: 'time_rule:read',
      list: () => import('./TimeRulesPage.vue'),
      one: () => import('./TimeRulePage.vue'),
    }),
    {
      path: 'holiday-years',
      name: 'holiday-years',
      component: () => import('./HolidayYearsPage.vue'),
      meta: {
        title: '节假日安排',
        permission: ['time_rule:manage', 'shared_change:prepare'],
        menu: '管理',
      },
    },
  ],
}

export default timeRules
