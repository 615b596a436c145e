import { nextTick, reactive, ref } from 'vue'
import { beforeEach, expect, it, vi } from 'vitest'

import { forgetDrafts } from '@/lib/drafts'

import { useAmount } from './amount'
import { hold } from './kept'

vi.mock('./photos', () => ({ smaller: (photo: Blob) => Promise.resolve(photo) }))
beforeEach(() => sessionStorage.clear())

const blank = () => ({ narrative: '', place: '', subject: '', named: false, name: '', phone: '' })

function page(key = 'k') {
  const said = reactive(blank())
  const sum = useAmount(() =>
    Promise.resolve({ amount: '30000.00', question: '按 30,000 元登记？' }),
  )
  const photos = ref<File[]>([])
  const notice = ref('')
  const most = ref(2)
  return { said, sum, photos, notice, most, forget: hold(key, said, sum, photos, notice, most) }
}
const breath = () => new Promise((resolve) => setTimeout(resolve, 20))
/** Reading a file takes as long as it takes. */
const photosKept = () =>
  vi.waitFor(() => expect(sessionStorage.getItem('yinling.draft.k:photos')).toBeTruthy())

it('brings back text, sum and photos, and no name or telephone', async () => {
  const before = page()
  Object.assign(before.said, { narrative: '骗了三万', subject: '某店', named: true })
  Object.assign(before.said, { name: '某某', phone: '13800000000' })
  before.sum.text.value = '3万多'
  await before.sum.settled()
  before.sum.agree()
  before.photos.value = [
    new File([new Uint8Array([1, 2, 250])], '收据.jpg', { type: 'image/jpeg' }),
  ]
  await photosKept()
  const after = page()
  expect(after.said).toEqual({ ...blank(), narrative: '骗了三万', subject: '某店', named: true })
  expect([after.sum.text.value, after.sum.amount.value]).toEqual(['3万多', '30000.00'])
  const [photo] = after.photos.value
  expect([photo!.name, photo!.type]).toEqual(['收据.jpg', 'image/jpeg'])
  expect([...new Uint8Array(await photo!.arrayBuffer())]).toEqual([1, 2, 250])
  expect(after.notice.value).toBe('上次写的还在。')
  expect(after.most.value).toBe(1)
  expect(JSON.stringify({ ...sessionStorage })).not.toMatch(/某某|13800000000/)
})

it('asks again about a sum that was not agreed to', async () => {
  const before = page()
  before.said.narrative = '骗了三万'
  before.sum.text.value = '3万多'
  await before.sum.settled()
  await nextTick()
  const after = page()
  expect([after.sum.question.value, after.sum.amount.value]).toEqual(['按 30,000 元登记？', null])
})

it('keeps nothing of what was handed in, taken back or logged out of', async () => {
  const sent = page()
  sent.said.narrative = '骗了三万'
  sent.photos.value = [new File(['x'], 'a.jpg')]
  await photosKept()
  sent.forget()
  sent.said.narrative += '。'
  sent.photos.value = [new File(['y'], 'b.jpg')]
  await breath()
  expect({ ...sessionStorage }).toEqual({})
  Object.assign(sent.said, blank())
  await breath()
  sent.said.narrative = '另一件'
  await breath()
  expect(page().said.narrative).toBe('另一件')
  sessionStorage.clear()

  const emptied = page()
  emptied.said.narrative = '写错了'
  await breath()
  emptied.said.narrative = ''
  await breath()
  expect({ ...sessionStorage }).toEqual({})

  const left = page()
  left.said.narrative = '还没写完'
  await breath()
  forgetDrafts()
  expect(page().said.narrative).toBe('')
})

it('says how many photos there was no room for', async () => {
  const room: Record<string, string> = {}
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => room[key] ?? null,
    removeItem: (key: string) => delete room[key],
    setItem(key: string, value: string) {
      if (value.length > 400) throw new DOMException('full', 'QuotaExceededError')
      room[key] = value
    },
  })
  const before = page()
  before.said.narrative = '骗了三万'
  before.photos.value = [new File(['x'], 'a.jpg'), new File(['y'.repeat(900)], 'b.jpg')]
  await photosKept()
  const after = page()
  expect(after.photos.value.map(({ name }) => name)).toEqual(['a.jpg'])
  expect(after.notice.value).toBe('上次写的还在。有 1 张照片没有留住，请再选一次。')
  vi.unstubAllGlobals()
})
