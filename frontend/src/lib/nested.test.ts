import { expect, it } from 'vitest'

import { nested } from './nested'

it('builds what dotted field names mean', () => {
  const flat = { channel: 'media', 'reporter.kind': 'real_name', 'reporter.name': '王*', note: '' }
  expect(nested(flat)).toEqual({
    channel: 'media',
    reporter: { kind: 'real_name', name: '王*' },
  })
})

it('keeps false and zero', () => {
  expect(nested({ fast_track: false, people_involved: 0, x: undefined })).toEqual({
    fast_track: false,
    people_involved: 0,
  })
})
