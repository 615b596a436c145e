import { mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { expect, it } from 'vitest'

import FieldInput from './FieldInput.vue'
import FormFields from './FormFields.vue'
import { wanted, type FieldSpec } from './types'
import { provideFieldWidgets } from './widgets'

const spec = (kind: string, over: Partial<FieldSpec> = {}): FieldSpec => ({
  field: 'x',
  label: '栏目',
  kind,
  ...over,
})

function input(kind: string, over: Partial<FieldSpec> = {}) {
  const wrapper = mount(FieldInput, {
    props: { spec: spec(kind, over), id: 'x', modelValue: null },
  })
  return { wrapper, last: () => wrapper.emitted('update:modelValue')?.slice(-1)[0]?.[0] }
}

it('joins every label to its control', () => {
  const fields = ['text', 'long_text', 'date', 'datetime', 'integer', 'money'].map((kind) =>
    spec(kind, { field: kind }),
  )
  const wrapper = mount(FormFields, { props: { fields, modelValue: {} } })
  for (const label of wrapper.findAll('label')) {
    expect(wrapper.find(`[id="${label.attributes('for')}"]`).exists()).toBe(true)
  }
})

it('shows an error at its field and says so to screen readers', () => {
  const wrapper = mount(FormFields, {
    props: { fields: [spec('text')], modelValue: {}, errors: { x: '请填写栏目' } },
  })
  expect(wrapper.find('input').attributes('aria-invalid')).toBe('true')
  expect(
    wrapper.find(`[id="${wrapper.find('input').attributes('aria-describedby')}"]`).text(),
  ).toBe('请填写栏目')
})

it('asks to choose where there is a list, and to fill in where there is a field', () => {
  expect(wanted({ field: 'x', label: '理由', kind: 'long_text' })).toBe('请填写理由')
  expect(wanted({ field: 'x', label: '新密码', kind: 'new-password' })).toBe('请填写新密码')
  expect(wanted({ field: 'x', label: '核查结论', kind: 'enum' })).toBe('请选择核查结论')
  expect(wanted({ field: 'x', label: '承办单位', kind: 'unit' })).toBe('请选择承办单位')
})

it('sends whole numbers as numbers and moments with the zone of the office', async () => {
  const number = input('integer')
  await number.wrapper.find('input').setValue('395')
  expect(number.last()).toBe(395)
  const moment = input('datetime')
  await moment.wrapper.find('input').setValue('2022-05-13T08:30')
  expect(moment.last()).toBe('2022-05-13T08:30:00+08:00')
})

it('shows few options at once and falls back to text for a kind it does not know', async () => {
  const few = input('enum', {
    options: [
      { value: 'a', label: '甲' },
      { value: 'b', label: '乙' },
    ],
  })
  await few.wrapper.findAll('input[type=radio]')[1]!.setValue()
  expect(few.last()).toBe('b')
  const newer = input('fingerprint')
  await newer.wrapper.find('input').setValue('x')
  expect(newer.last()).toBe('x')
})

it('takes domain pickers from above', () => {
  const Picker = defineComponent({ setup: () => () => h('span', '选择单位') })
  const Host = defineComponent({
    setup() {
      provideFieldWidgets({ unit: Picker })
      return () => h(FieldInput, { spec: spec('unit'), id: 'u', modelValue: null })
    },
  })
  expect(mount(Host).text()).toBe('选择单位')
})
