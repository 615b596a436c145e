import {
  defineAsyncComponent,
  defineComponent,
  h,
  onMounted,
  onUnmounted,
  ref,
  type Component,
} from 'vue'

/**
 * A part of a page, fetched when somebody comes near it: most who read a record leave before its end,
 * and on a slow line every part that is not looked at is waited for. What waits for the reader in it
 * is there at once (`due`).
 */
const whenNear = (heading: string, load: () => Promise<Component>) => {
  const Part = defineAsyncComponent(load)
  return defineComponent({
    inheritAttrs: false,
    setup(_, { attrs }) {
      const near = ref(typeof IntersectionObserver === 'undefined')
      const place = ref<HTMLElement | null>(null)
      let watcher: IntersectionObserver | null = null
      onMounted(() => {
        if (!place.value) return
        watcher = new IntersectionObserver((seen) => {
          near.value ||= seen.some((each) => each.isIntersecting)
          if (near.value) watcher?.disconnect()
        })
        watcher.observe(place.value)
      })
      onUnmounted(() => watcher?.disconnect())
      return () =>
        near.value || attrs.due
          ? h(Part, attrs)
          : h('section', { 'aria-label': heading, class: 'no-print', ref: place }, [
              h('h2', heading),
            ])
    },
  })
}

export const PaperPanel = whenNear('文书', () => import('./papers/PaperPanel.vue'))
export const RedFlagPanel = whenNear(
  '风险特征与类别建议',
  () => import('./modules/leads/record/RedFlagPanel.vue'),
)
export const InformantPanel = whenNear(
  '举报人身份与回避',
  () => import('./modules/leads/reporter/InformantPanel.vue'),
)
