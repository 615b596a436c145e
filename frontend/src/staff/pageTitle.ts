import { ref, watch, watchEffect } from 'vue'

/** What the crumb and the browser tab say; a record's page names its record. */
export const pageTitle = ref('')

watch(pageTitle, (title) => {
  document.title = title ? `${title} · 银龄守护` : '银龄守护'
})

export function usePageTitle(title: () => string | undefined) {
  watchEffect(() => {
    const named = title()
    if (named) pageTitle.value = named
  })
}
