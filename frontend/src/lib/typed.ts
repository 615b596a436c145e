/** What clerks type for days, moments and numbers: every form and filter reads it here. */
import { narrow } from './narrow'

/** Full-width signs as the keyboard's, blanks at the ends taken away. */
const plain = (text: string) => narrow(text).trim()

const two = (part: string) => part.padStart(2, '0')

/** 2022-5-3, 2022.5.3, 2022/05/03, 2022年5月3日, 20220503. */
const DAY =
  /^(\d{4})(?:\s*[-./。·‐–—年]\s*(\d{1,2})\s*[-./。·‐–—月]\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))$/
const TIME = /^(\d{1,2})\s*(?::|时|点)\s*(?:(\d{1,2})\s*分?)?$/

/** The day as 2022-05-03; null when it is none, as the 30th of February. */
export function parseDay(text: string): string | null {
  const found = DAY.exec(plain(text))
  if (!found) return null
  const [year, month, day] = [found[1]!, two(found[2] ?? found[4]!), two(found[3] ?? found[5]!)]
  const written = `${year}-${month}-${day}`
  const read = new Date(`${written}T00:00:00Z`)
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(written) ? written : null
}

/** Day and time as 2022-05-03 14:05; null when either is missing or wrong. */
export function parseMoment(text: string): string | null {
  const at = /^(.+?[\d日号])(?:\s+|T|(?<=[日号]))(\d{1,2}\s*[:时点].*)$/.exec(plain(text))
  const day = at && parseDay(at[1]!)
  const time = at && TIME.exec(at[2]!.trim())
  if (!day || !time) return null
  const [hour, minute] = [two(time[1]!), two(time[2] ?? '0')]
  return Number(hour) < 24 && Number(minute) < 60 ? `${day} ${hour}:${minute}` : null
}

/** A whole number, thousands set apart or not; null when it is none. */
export function parseWhole(text: string): number | null {
  const typed = plain(text)
  const whole = /^-?(?:\d+|\d{1,3}(?:,\d{3})+)$/.test(typed) ? Number(typed.replace(/,/g, '')) : NaN
  return Number.isSafeInteger(whole) ? whole : null
}
