import type { Duty } from './queries'

/** The fields of work by which a busy home is looked through, each with the kinds of duties that begin so. */
const FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['线索', ['lead', 'handover']],
  ['举报人和奖励', ['informant', 'reward']],
  ['专档', ['restricted']],
  ['案件和受害人', ['case', 'victim']],
  ['财物和资金', ['property', 'measure', 'distribution', 'ledger']],
  ['风险主体和检查', ['entity', 'inspection', 'rectification']],
  ['台账', ['import']],
  ['成果', ['outcome']],
  ['规则', ['rule']],
]
const OTHER = '其他'

/** Which field of work a kind of duty belongs to. */
export function fieldOf(kind: Duty['kind']): string {
  const begin = kind.slice(0, kind.indexOf('_'))
  return FIELDS.find(([, begins]) => begins.includes(begin))?.[0] ?? OTHER
}

interface Count {
  kind: Duty['kind']
  count: number
}

/** The fields that something waits in, and how much. */
export function fieldsOf(
  counts: readonly Count[],
): { key: string; label: string; count: number }[] {
  return [...FIELDS.map(([label]) => label), OTHER]
    .map((label) => ({
      key: label,
      label,
      count: counts
        .filter(({ kind }) => fieldOf(kind) === label)
        .reduce((sum, each) => sum + each.count, 0),
    }))
    .filter(({ count }) => count)
}
