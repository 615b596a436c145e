import { daysUntil, formatDate, serverNow, shortDate, weekend } from './dates'

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
  /** How far it is, without the day. */
  left: string
  overdue: boolean
  near: boolean
}

const NEAR = 3

/** A last day as offices write it, the day itself and how far it is: 12-18，剩 15 天; 12-06（周日），剩 3 天,
 * for a term that counts by days ends on a day of rest all the same. The one place that says so:
 * by the unit in which its rule counts. */
export function sayTerm(term: Term, now = serverNow()): TermSaid {
  if (term.done) return { words: formatDate(term.at), left: '', overdue: false, near: false }
  const days = daysUntil(term.at, now)
  const [number, unit] = distance(days, term.workingDaysLeft ?? null)
  const over = term.period ? '已届满' : `已超期 ${number} ${unit}`
  const left = days < 0 ? over : days === 0 ? '今天到期' : `剩 ${number} ${unit}`
  return {
    words: `${shortDate(term.at, now)}${weekend(term.at)}，${left}`,
    left,
    overdue: days < 0 && !term.period,
    near: days >= 0 && !term.period && number <= NEAR,
  }
}

/** Over a weekend no working day passes: what is due on a Saturday is not due on the Friday before, and
 * late on the Saturday after a Friday all the same. */
function distance(days: number, working: number | null): [number, string] {
  return working ? [Math.abs(working), '个工作日'] : [Math.abs(days), '天']
}
