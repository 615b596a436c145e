import { computed, ref } from 'vue'

import { isMeant } from '@/lib/pinyin'

interface Named {
  name: string
  pinyin: string
}

/** Entries of a short picker, as far as what is typed means them: by name, or by its letters. */
export function useNamed<T extends Named>(entries: () => T[] | undefined) {
  const typed = ref('')
  return {
    found: computed(() => (entries() ?? []).filter((entry) => isMeant(entry, typed.value))),
    /** For `filter-method`. */
    type: (text: string) => (typed.value = text),
    /** Whoever opens it again sees all of them. */
    opened: (open: boolean) => {
      if (!open) typed.value = ''
    },
  }
}
