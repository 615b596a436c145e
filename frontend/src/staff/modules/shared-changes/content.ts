import { TimeUnitLabels } from '@/api/labels'

/** What is to be changed, in a line: whoever confirms must see it whole. */
export function contentOf(body: Record<string, unknown>): string {
  if (Array.isArray(body.rows)) {
    const rows = body.rows as { code: string; name: string }[]
    return rows.map((row) => `${row.code} ${row.name}`).join('；')
  }
  if (Array.isArray(body.days_off)) {
    const worked = Array.isArray(body.days_worked) ? body.days_worked : []
    const off = body.days_off.join('、') || '只有法定节假日'
    return `放假：${off}${worked.length ? `；上班：${worked.join('、')}` : ''}（${String(body.source ?? '')}）`
  }
  const unit = TimeUnitLabels[body.unit as keyof typeof TimeUnitLabels]
  return `${String(body.term)}${unit}，${String(body.valid_from)} 起（${String(body.source)}）`
}
