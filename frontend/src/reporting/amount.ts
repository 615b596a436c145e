import { computed, ref, watch } from 'vue'

export interface AmountRead {
  amount: string | null
  question: string
}

/** A sum as somebody says it: the server reads it, and asks where it may be meant otherwise. */
export function useAmount(read: (text: string) => Promise<AmountRead>) {
  const text = ref('')
  const found = ref<AmountRead | null>(null)
  const agreed = ref(false)
  watch(
    text,
    () => {
      found.value = null
      agreed.value = false
    },
    { flush: 'sync' },
  )

  const question = computed(() => (agreed.value ? '' : (found.value?.question ?? '')))
  const amount = computed(() => (question.value ? null : (found.value?.amount ?? null)))

  /** Whether the sum stands. Throws what is wrong with it. */
  async function settled(): Promise<boolean> {
    const said = text.value.trim()
    if (!said) return true
    if (!found.value) {
      const answer = await read(said)
      // somebody went on typing meanwhile
      if (text.value.trim() === said) found.value = answer
    }
    return Boolean(found.value) && !question.value
  }

  /** To be kept while the page is away. */
  const state = () => [text.value, found.value, agreed.value] as const
  function restore(kept: ReturnType<typeof state>) {
    ;[text.value, found.value, agreed.value] = kept
  }

  return { text, question, amount, settled, agree: () => (agreed.value = true), state, restore }
}
