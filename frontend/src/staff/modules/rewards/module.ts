import type { StaffModule } from '../../module'
import { nounRoutes } from '../../nounRoutes'

const rewards: StaffModule = {
  routes: [
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
