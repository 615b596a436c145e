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

/** What a clerk types: thousands separators, full-width digits, 万元. Null when it is no amount. */
export function parseAmount(text: string): string | null {
  const plain = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[，,\s￥¥]/g, '')
    .replace(/．/g, '.')
  const match = /^(\d+)(?:\.(\d+))?(万元|万|元)?$/.exec(plain)
  if (!match) return null
  const scale = match[3]?.startsWith('万') ? 6 : 2
  const fraction = match[2] ?? ''
  if (fraction.length > scale) return null
  const fen = BigInt(match[1]! + fraction.padEnd(scale, '0'))
  return decimal(fen).replace(/,/g, '')
}
