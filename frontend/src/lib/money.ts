import { narrow } from './narrow'

/** Yuan travel as strings; every sum is done in whole fen, never in a float. */
export function toFen(yuan: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(yuan.trim())
  if (!match) throw new RangeError(`not an amount: ${yuan}`)
  const fen = BigInt(match[2]!) * 100n + BigInt((match[3] ?? '').padEnd(2, '0') || '0')
  return match[1] ? -fen : fen
}

function group(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

function decimal(hundredths: bigint): string {
  const sign = hundredths < 0n ? '-' : ''
  const size = hundredths < 0n ? -hundredths : hundredths
  return `${sign}${group(size / 100n)}.${(size % 100n).toString().padStart(2, '0')}`
}

/** 12345.67 → 12,345.67 */
export function formatYuan(yuan: string): string {
  return decimal(toFen(yuan))
}

/** 123456.78 → 12.35 (万元), rounded half away from zero. */
export function formatWan(yuan: string): string {
  const fen = toFen(yuan)
  const half = fen < 0n ? -5000n : 5000n
  return decimal((fen + half) / 10000n)
}

/** How many digits behind the point are whole fen, by the unit that is said. */
const FEN_DIGITS: Record<string, number> = { 千: 5, 万: 6, 亿: 10 }

/** What people type: thousands separators, full-width digits, 万元, 5千块. Null when it is no amount. */
export function parseAmount(text: string): string | null {
  const plain = narrow(text).replace(/[\s¥]/g, '')
  if (/,/.test(plain) && !/^\d{1,3}(,\d{3})+(?!\d|,)/.test(plain)) return null
  const match = /^(\d+)(?:\.(\d+))?([千万亿])?(?:元|块钱?)?整?$/.exec(plain.replace(/,/g, ''))
  if (!match) return null
  const scale = FEN_DIGITS[match[3] ?? ''] ?? 2
  const fraction = match[2] ?? ''
  if (fraction.length > scale) return null
  const fen = BigInt(match[1]! + fraction.padEnd(scale, '0'))
  return decimal(fen).replace(/,/g, '')
}
