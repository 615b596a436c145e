import { afterEach, expect, it } from 'vitest'

import { draftOf, dropDraft, forgetDrafts, isPersonal, keepDraft } from './drafts'

afterEach(() => sessionStorage.clear())

it('keeps what is written, without names and numbers of people', () => {
  keepDraft('u1:/leads/new', {}, { narrative: '交钱', 'reporter.name': '某某', phone: '138' })
  expect(draftOf('u1:/leads/new', {})).toEqual({ narrative: '交钱' })
  expect(JSON.stringify({ ...sessionStorage })).not.toContain('某某')
})

it('is of one person, one page and one version', () => {
  keepDraft('u1:/cases/1/edit', { title: '甲' }, { title: '乙' })
  expect(draftOf('u2:/cases/1/edit', { title: '甲' })).toBeNull()
  expect(draftOf('u1:/cases/1/edit', { title: '丙' })).toBeNull()
  expect(draftOf('u1:/cases/1/edit', { title: '甲' })).toEqual({ title: '乙' })
})

it('goes when it was sent, and all go at logout', () => {
  keepDraft('a', {}, { x: 1 })
  keepDraft('b', {}, { x: 1 })
  dropDraft('a')
  expect(draftOf('a', {})).toBeNull()
  sessionStorage.setItem('other', 'stays')
  forgetDrafts()
  expect(draftOf('b', {})).toBeNull()
  expect(sessionStorage.getItem('other')).toBe('stays')
})

it('knows which fields are about people', () => {
  for (const field of ['name', 'reporter.phone', 'id_number', 'responsible_person', 'owner_name'])
    expect(isPersonal(field), field).toBe(true)
  for (const field of ['subject_name', 'bank_name']) expect(isPersonal(field)).toBe(true)
  for (const field of ['title', 'narrative', 'amount', 'account_kind', 'requirements'])
    expect(isPersonal(field), field).toBe(false)
})
