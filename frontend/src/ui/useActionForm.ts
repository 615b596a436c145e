import { computed, ref } from 'vue'

import { asProblem } from '@/lib/problems'
import { faultsOf, unfinished } from '@/lib/unfinished'

import { focusFault } from './focusFault'
import { asked, wanted, type ActionOffer, type FormValues } from './types'

const isBlank = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)

/** What an action asks for, wherever it is asked: begun with what the server proposes, sent when nothing is missing. */
export function useActionForm(
  offer: () => ActionOffer | null,
  submit: (values: FormValues) => Promise<void>,
  /** Where the fields stand, to lead to the first that is wrong. */
  form?: () => HTMLElement | null,
) {
  const values = ref<FormValues>({})
  const missing = ref<Record<string, string>>({})
  const wrong = ref<Record<string, string>>({})
  const failure = ref<unknown>(null)
  const busy = ref(false)
  const begun = ref('{}')

  const all = () => offer()?.needs ?? []
  const needs = computed(() => asked(all(), values.value))
  const errors = computed(() => ({
    ...(failure.value ? asProblem(failure.value).byField : {}),
    ...wrong.value,
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
    missing.value = wrong.value = {}
    failure.value = null
    begun.value = JSON.stringify(values.value)
  }

  /** Asks before what was written is thrown away. */
  const mayLeave = () =>
    JSON.stringify(values.value) === begun.value || confirm('填写的内容还没有提交，确定关闭吗？')

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
    wrong.value = {}
    failure.value = null
    busy.value = true
    if (blank().length) {
      const sent = unfinished(filledIn())
      if (offer()?.checks) wrong.value = await faultsOf(() => submit(sent))
      busy.value = false
      await focusFault(form?.())
      return false
    }
    try {
      await submit(filledIn())
      return true
    } catch (problem) {
      failure.value = problem
      await focusFault(form?.())
      return false
    } finally {
      busy.value = false
    }
  }

  return { values, needs, errors, failure, busy, blank, begin, mayLeave, send }
}
