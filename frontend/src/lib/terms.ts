import { daysUntil, formatDate, serverNow, shortDate } from './dates'

export interface Term {
  at: string
  /** From the API, which knows the holidays; without it calendar days are said. */
  workingDaysLeft?: number | null
  /** Nobody waits any more: the day is told, and nothing beside it. */
  done?: boolean
  /** A time that others have, as for objections: its end breaks nothing. */
  period?: boolean
}

export interface TermSaid {
  words: string
  overdue: boolean
  near: boolean
}

const NEAR = 3

/** A last day as offices write it, the day itself and how far it is: 12-18，剩 15 天. */
export function sayTerm(term: Term, now = serverNow()): TermSaid {
  if (term.done) return { words: formatDate(term.at), overdue: false, near: false }
  const days = daysUntil(term.at, now)
  const [left, unit] = distance(days, term.workingDaysLeft ?? null)
  const day = shortDate(term.at, now)
  if (days < 0)
    return term.period
      ? { words: `${day}，已届满`, overdue: false, near: false }
      : { words: `${day}，已超期 ${left} ${unit}`, overdue: true, near: false }
  const words = days === 0 ? `${day}，今天到期` : `${day}，剩 ${left} ${unit}`
  return { words, overdue: false, near: !term.period && left <= NEAR }
}

/** Over a weekend no working day passes: what is due on a Saturday is not due on the Friday before, and
 * late on the Saturday after a Friday all the same. */
function distance(days: number, working: number | null): [number, string] {
  return working ? [Math.abs(working), '个工作日'] : [Math.abs(days), '天']
}
