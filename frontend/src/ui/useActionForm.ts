import { computed, ref } from 'vue'

import { asProblem } from '@/lib/problems'

import { asked, wanted, type ActionOffer, type FormValues } from './types'

const isBlank = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)

/** What an action asks for, wherever it is asked: begun with what the server proposes, sent when nothing is missing. */
export function useActionForm(
  offer: () => ActionOffer | null,
  submit: (values: FormValues) => Promise<void>,
) {
  const values = ref<FormValues>({})
  const missing = ref<Record<string, string>>({})
  const failure = ref<unknown>(null)
  const busy = ref(false)

  const all = () => offer()?.needs ?? []
  const needs = computed(() => asked(all(), values.value))
  const errors = computed(() => ({
    ...(failure.value ? asProblem(failure.value).byField : {}),
    ...missing.value,
  }))
  const blank = () =>
    needs.value.filter((need) => need.required && isBlank(values.value[need.field]))

  function begin(initial: FormValues = {}) {
    const proposed = all().filter((need) => need.value)
    values.value = {
      ...Object.fromEntries(proposed.map((need) => [need.field, need.value])),
      ...initial,
    }
    missing.value = {}
    failure.value = null
  }

  /** What was filled in before another choice took the question away is not sent. */
  function filledIn(): FormValues {
    const gone = all().filter((need) => !needs.value.includes(need))
    const left = { ...values.value }
    for (const { field } of gone) delete left[field]
    return left
  }

  /** True when it was sent and taken. */
  async function send(): Promise<boolean> {
    if (!offer() || busy.value) return false
    missing.value = Object.fromEntries(blank().map((need) => [need.field, wanted(need)]))
    if (blank().length) return false
    busy.value = true
    failure.value = null
    try {
      await submit(filledIn())
      return true
    } catch (problem) {
      failure.value = problem
      return false
    } finally {
      busy.value = false
    }
  }

  return { values, needs, errors, failure, busy, blank, begin, send }
}
