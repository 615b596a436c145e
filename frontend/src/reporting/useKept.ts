import { onMounted, ref, type Ref } from 'vue'

import type { Held, Kept, SumKept } from './kept'

/** Keeps a report that is being written, and brings it back. What does so comes once the form stands there. */
export function useKept(key: string, said: Kept, sum: SumKept, photos: Ref<File[]>) {
  const notice = ref('')
  /** The last step that stands: the names are not kept, and are asked for again. */
  const most = ref(2)
  let held: Held | undefined
  // without it the form still works
  onMounted(() =>
    import('./kept').then(
      (it) => (held = it.hold(key, said, sum, photos, notice, most)),
      () => {},
    ),
  )
  return { notice, most, forget: () => held?.() }
}
