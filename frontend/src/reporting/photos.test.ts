import { expect, it } from 'vitest'

import { photoFault, sendFault, smallerSize } from './photos'

it('says in plain words what cannot be sent', () => {
  const good = { name: 'a.jpg', type: 'image/jpeg', size: 4_000_000 }
  expect(photoFault(good)).toBe('')
  expect(photoFault({ ...good, size: 20_000_000 })).toBe('')
  expect(photoFault({ ...good, size: 45_000_001 })).toContain('太大')
  expect(photoFault({ ...good, type: 'image/heic' })).toContain('HEIC')
  // some browsers do not know what it is
  expect(photoFault({ ...good, name: 'IMG_1.HEIC', type: '' })).toContain('HEIC')
  expect(photoFault({ ...good, type: 'application/pdf' })).toContain('不是照片')
  expect(photoFault({ ...good, type: 'image/svg+xml' })).toContain('不是照片')
})

it('says what is too large even drawn smaller', () => {
  expect(sendFault(new Blob(['x']))).toBe('')
  expect(sendFault({ size: 15_000_001 } as Blob)).toContain('15 MB')
})

it('draws smaller only what is larger, in the same shape, and nothing that no telephone can open', () => {
  expect(smallerSize(4000, 3000)).toEqual([2048, 1536])
  expect(smallerSize(3000, 4000)).toEqual([1536, 2048])
  expect(smallerSize(2048, 1)).toBeNull()
  expect(smallerSize(2049, 2049)).toEqual([2048, 2048])
  expect(smallerSize(30000, 1)).toEqual([2048, 1])
  expect(smallerSize(50000, 50000)).toBeNull()
})
