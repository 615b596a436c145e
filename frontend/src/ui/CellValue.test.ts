import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import CellValue from './CellValue.vue'
import SimpleTable from './SimpleTable.vue'
import type { Shown } from './types'

const said = (shown: Shown, value: unknown) => mount(CellValue, { props: { shown, value } }).text()

it.each<[Shown, unknown, string]>([
  [{}, '李某', '李某'],
  [{}, '', '—'],
  [{ kind: 'money' }, '3280.00', '3,280.00 元'],
  [{ kind: 'wan' }, '3280.00', '0.33 万元'],
  [{ kind: 'date' }, '2022-05-13T16:30:00Z', '2022-05-14'],
  [{ kind: 'label', labels: { a: '甲' } }, 'a', '甲'],
  [{ kind: 'label', labels: { a: '甲' } }, 'newer', 'newer'],
  [{ kind: 'labels', labels: { a: '甲', b: '乙' } }, ['a', 'b'], '甲、乙'],
  [{ kind: 'named' }, { id: '1', name: '派出所' }, '派出所'],
  [{ kind: 'names' }, [], '—'],
  [{ kind: 'bool' }, false, '否'],
  [{ kind: 'bool' }, null, '—'],
  [{ kind: 'count' }, 23120, '23,120'],
  [{ kind: 'status', labels: { open: '办理中' } }, 'open', '办理中'],
])('%o reads %o as %s', (shown, value, words) => expect(said(shown, value)).toBe(words))

it('draws a short table, or says that there is nothing', () => {
  const columns = [
    { key: 'no', label: '文号' },
    { key: 'amount', label: '金额', kind: 'money' as const },
  ]
  const table = mount(SimpleTable<{ no: string; amount: string }>, {
    props: { rows: [{ no: '1号', amount: '50.00' }], columns, caption: '续行' },
  })
  expect(table.find('td.num').text()).toBe('50.00 元')
  const none = mount(SimpleTable<object>, {
    props: { rows: [], columns: [], caption: '续行', none: '没有续行' },
  })
  expect(none.text()).toBe('没有续行')
})
