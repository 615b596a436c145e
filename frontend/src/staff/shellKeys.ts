import { onBeforeUnmount, onMounted, ref } from 'vue'

const TYPING = 'input:not([type=checkbox]), select, textarea, [contenteditable]'
/** A dialog that somebody is filling in is not left by a key. */
const isAsking = () =>
  [...document.querySelectorAll<HTMLElement>('.el-overlay, dialog[open]')].some(
    (each) => each.offsetParent !== null || each.matches('dialog'),
  )

/** The two keys that work on every page: Ctrl-K searches, ? tells the keys. */
export function useShellKeys() {
  const searching = ref(false)
  const helping = ref(false)

  function onKey(event: KeyboardEvent) {
    if (event.repeat || event.defaultPrevented) return
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault() // the browser's own search
      if (!isAsking()) searching.value = true
    } else if (event.key === '?' && !(event.target as HTMLElement).closest?.(TYPING)) {
      if (!isAsking()) helping.value = true
    }
  }

  // behind the listeners of pages, which may have a help of their own
  onMounted(() => addEventListener('keydown', onKey))
  onBeforeUnmount(() => removeEventListener('keydown', onKey))
  return { searching, helping }
}
