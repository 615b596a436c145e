import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const rewards: StaffModule = {
  routes: [
    {
      path: 'reward-rules',
      name: 'reward-rules',
      component: () => import('./RewardRulesPage.vue'),
      meta: { title: '奖励规则', permission: 'reward:read', parent: 'rewards' },
    },
    ...nounRoutes({
      path: 'rewards',
      name: 'reward',
      title: '举报奖励',
      menu: '办理',
      read: 'reward:read',
      list: () => import('./RewardsPage.vue'),
      one: () => import('./RewardPage.vue'),
    }),
  ],
}

export default rewards
