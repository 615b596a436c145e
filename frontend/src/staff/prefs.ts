import { reactive, watch } from 'vue'

type Theme = 'light' | 'dark'
type Size = 'normal' | 'large'

const root = document.documentElement

/** public/prefs.js set these before the first paint; from here on they are changed and kept. */
export const prefs = reactive<{ theme: Theme; size: Size }>({
  theme: root.dataset.theme === 'dark' ? 'dark' : 'light',
  size: root.dataset.size === 'large' ? 'large' : 'normal',
})

watch(prefs, ({ theme, size }) => {
  root.dataset.theme = theme
  root.dataset.size = size
  try {
    localStorage.setItem('yinling.prefs', JSON.stringify({ theme, size }))
  } catch {
    // Without storage the choice holds for this visit.
  }
})
