const SHANGHAI = 8 * 3600_000
const DAY = 86_400_000

const two = (value: number) => String(value).padStart(2, '0')

/** The wall clock in the office, whatever the zone of the computer. */
function wall(moment: string | Date): Date {
  const time = typeof moment === 'string' ? Date.parse(moment) : moment.getTime()
  return new Date(time + SHANGHAI)
}

const isDateOnly = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** 2022-05-13; dates without a time pass through untouched. */
export function formatDate(moment: string | null | undefined): string {
  if (!moment) return ''
  if (isDateOnly(moment)) return moment
  const at = wall(moment)
  if (Number.isNaN(at.getTime())) return moment
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
}

/** 2022-05-13 14:05 */
export function formatTime(moment: string | null | undefined): string {
  if (!moment || isDateOnly(moment)) return moment ?? ''
  const at = wall(moment)
  if (Number.isNaN(at.getTime())) return moment
  return `${formatDate(moment)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** How far the office's clock stands from this computer's, whose owner may never have set it. */
let ahead = 0

/** Let pages count by the server's clock, whose present moment this is. */
export function setServerNow(moment: string) {
  const time = Date.parse(moment)
  if (!Number.isNaN(time)) ahead = time - Date.now()
}

/** The present moment by the server's clock. */
export const serverNow = () => new Date(Date.now() + ahead)

export function today(now = serverNow()): string {
  return formatDate(now.toISOString())
}

/** Calendar days from today until the day of the moment; negative when it has passed. */
export function daysUntil(moment: string, now = serverNow()): number {
  return Math.round((Date.parse(formatDate(moment)) - Date.parse(today(now))) / DAY)
}

/** 12-18; the year is said where it is not this one. */
export function shortDate(moment: string, now = serverNow()): string {
  const day = formatDate(moment)
  return day.slice(0, 4) === today(now).slice(0, 4) ? day.slice(5) : day
}

/** （周六）、（周日）: a last day that falls on a weekend is told as such, nothing otherwise. */
export function weekend(moment: string): string {
  const at = new Date(Date.parse(formatDate(moment))).getUTCDay()
  return at % 6 ? '' : `（周${at ? '六' : '日'}）`
}

/** A day shifted by calendar days. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10)
}
