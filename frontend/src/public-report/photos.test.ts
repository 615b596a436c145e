import { expect, it } from 'vitest'

import { photoFault } from './photos'

it('says in plain words what cannot be sent', () => {
  const good = { name: 'a.jpg', type: 'image/jpeg', size: 4_000_000 }
  expect(photoFault(good)).toBe('')
  expect(photoFault({ ...good, size: 15_000_001 })).toContain('15 MB')
  expect(photoFault({ ...good, type: 'image/heic' })).toContain('HEIC')
  // some browsers do not know what it is
  expect(photoFault({ ...good, name: 'IMG_1.HEIC', type: '' })).toContain('HEIC')
  expect(photoFault({ ...good, type: 'application/pdf' })).toContain('不是照片')
  expect(photoFault({ ...good, type: 'image/svg+xml' })).toContain('不是照片')
})
