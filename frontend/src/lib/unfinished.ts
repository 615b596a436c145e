import { asProblem } from './problems'

/** No field of anything: what carries it the server never takes, and says what else is wrong. */
const MARK = '_unfinished'

/** What is sent of a form in which something is missing, so that all of its faults are told at once. */
export const unfinished = <T extends object>(body: T): T => ({ ...body, [MARK]: true })

/** The same of a body that was made from another one. */
export const marked = <T extends object>(from: object, body: T): T =>
  MARK in from ? unfinished(body) : body

/** What the server finds wrong in a form that is sent unfinished, by field. */
export async function faultsOf(send: () => Promise<unknown>): Promise<Record<string, string>> {
  try {
    await send()
  } catch (error) {
    const { status, byField } = asProblem(error)
    if (status === 422) return Object.fromEntries(entriesOf(byField))
  }
  return {}
}

const entriesOf = (faults: Record<string, string>) =>
  Object.entries(faults).filter(([field]) => field && field !== MARK)
