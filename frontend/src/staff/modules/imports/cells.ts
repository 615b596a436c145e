import {
  IndustryLabels,
  LeadCategoryLabels,
  LeadChannelLabels,
  RegistrationLabels,
  ReporterKindLabels,
  RiskTierLabels,
} from '@/api/labels'
import { formatYuan } from '@/lib/money'

/** The codes that a reader of ledgers puts into a cell, by column. */
const CODES: Record<string, Record<string, string>> = {
  channel: LeadChannelLabels,
  reporter_kind: ReporterKindLabels,
  categories: LeadCategoryLabels,
  industry: IndustryLabels,
  registration: RegistrationLabels,
  tier: RiskTierLabels,
}

/** Names of places and units, by code and by id. */
export type Names = ReadonlyMap<string, string>

/** What stands in a cell, in the words of the ledger instead of the system's codes. */
export function said(field: string, value: string, names: Names): string {
  const labels = CODES[field]
  if (labels)
    return value
      .split('、')
      .map((code) => labels[code] ?? code)
      .join('、')
  if (/^\d+\.\d{2}$/.test(value)) return `${formatYuan(value)} 元`
  return names.get(value) ?? value
}
