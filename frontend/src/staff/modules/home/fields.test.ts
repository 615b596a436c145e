import { describe, expect, it } from 'vitest'

import { DutyKindLabels } from '@/api/labels'

import { fieldOf, fieldsOf } from './fields'
import type { Duty } from './queries'

const KINDS = Object.keys(DutyKindLabels) as Duty['kind'][]

describe('fields of work', () => {
  it('every kind of duty belongs to one', () => {
    expect(KINDS.filter((kind) => fieldOf(kind) === '其他')).toEqual([])
  })

  it('together count what the kinds count, and none is empty', () => {
    const counts = KINDS.map((kind, n) => ({ kind, count: n + 1 }))
    const found = fieldsOf(counts)
    const sum = (of: { count: number }[]) => of.reduce((all, { count }) => all + count, 0)
    expect(sum(found)).toBe(sum(counts))
    expect(fieldsOf([{ kind: 'entity_sweep', count: 4 }])).toEqual([
      { key: '风险主体和检查', label: '风险主体和检查', count: 4 },
    ])
  })
})
