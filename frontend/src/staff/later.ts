import { defineAsyncComponent } from 'vue'

/** Parts of pages in files of their own: most who read the page do not need them, or not at once. */
export const PaperPanel = defineAsyncComponent(() => import('./papers/PaperPanel.vue'))
export const RewardPanel = defineAsyncComponent(
  () => import('./modules/leads/reporter/RewardPanel.vue'),
)
export const InformantPanel = defineAsyncComponent(
  () => import('./modules/leads/reporter/InformantPanel.vue'),
)
