const MINUTE = 60
const HOUR = 3600

/** How long until a moment, as people say it: 1 小时 58 分, 4 分 12 秒; nothing when it is over. */
export function timeLeft(until: string, now: number): string {
  const seconds = Math.ceil((Date.parse(until) - now) / 1000)
  if (!(seconds > 0)) return ''
  const hours = Math.floor(seconds / HOUR)
  const minutes = Math.floor((seconds % HOUR) / MINUTE)
  return hours ? `${hours} 小时 ${minutes} 分` : `${minutes} 分 ${seconds % MINUTE} 秒`
}
