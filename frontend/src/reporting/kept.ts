/**
 * What somebody is writing in the three steps, so that a reload or a telephone short of memory does not take
 * it: text, sum and photos, in this tab's session storage alone (lib/drafts.ts), which ends with the tab.
 * Names and telephones of reporters are never kept.
 */
import { effectScope, watch, type Ref } from 'vue'

import { draftOf, dropDraft, keepDraft } from '@/lib/drafts'

import type { useAmount } from './amount'
import { smaller } from './photos'

export type Kept = Record<string, unknown>
/** The sum, as it was said, read and agreed to (amount.ts). */
export type SumKept = Pick<ReturnType<typeof useAmount>, 'state' | 'restore'>
interface Picture {
  name: string
  data: string
}

const ofPhotos = (key: string) => `${key}:photos`
/** As they would be sent, by the file that was chosen. */
const written = new WeakMap<File, Promise<string>>()

function dataOf(photo: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = reject
    reader.readAsDataURL(photo)
  })
}

function fileOf({ name, data }: Picture): File {
  const [head = '', body = ''] = data.split(',')
  const bytes = Uint8Array.from(atob(body), (mark) => mark.charCodeAt(0))
  return new File([bytes], name, { type: /^data:([^;]+)/.exec(head)?.[1] })
}

let turn = 0
/** As many as the browser has room for; how many there were is kept too, so that a missing one is told. */
async function keepPhotos(key: string, photos: File[]) {
  const mine = ++turn
  if (!photos.length) return dropDraft(ofPhotos(key))
  const pictures: Picture[] = []
  for (const photo of photos) {
    if (!written.has(photo)) written.set(photo, smaller(photo).then(dataOf))
    pictures.push({ name: photo.name, data: await written.get(photo)! })
  }
  if (mine !== turn) return
  dropDraft(ofPhotos(key))
  while (!keepDraft(ofPhotos(key), null, { pictures, of: photos.length }) && pictures.length) {
    pictures.pop()
  }
}

/** What was kept; `lost` photos had no room. */
function kept(key: string): { said: Kept; photos: File[]; lost: number } | null {
  const said = draftOf(key, null)
  if (!said) return null
  const { pictures = [], of = 0 } = (draftOf(ofPhotos(key), null) ?? {}) as {
    pictures?: Picture[]
    of?: number
  }
  const photos = pictures.map(fileOf)
  return { said, photos, lost: of - photos.length }
}

function drop(key: string) {
  turn += 1
  dropDraft(key)
  dropDraft(ofPhotos(key))
}

export type Held = ReturnType<typeof hold>

/** Brings back what was being written, and keeps what is written from now on. */
export function hold(
  key: string,
  said: Kept,
  sum: SumKept,
  photos: Ref<File[]>,
  notice: Ref<string>,
  most: Ref<number>,
) {
  let over = false
  const keep = () => {
    over &&= Boolean(said.narrative) // what begins anew is another one
    if (over) return
    // beside one another, for what is personal is told by its name (lib/drafts.ts)
    if (said.narrative || photos.value.length) keepDraft(key, null, { ...said, sum: sum.state() })
    else drop(key)
  }
  const found = said.narrative ? null : kept(key)
  if (found) {
    const { sum: read, ...rest } = found.said
    Object.assign(said, rest)
    sum.restore(read as Parameters<SumKept['restore']>[0])
    photos.value = found.photos
    if (said.named) most.value = 1
    notice.value = `上次写的还在。${found.lost ? `有 ${found.lost} 张照片没有留住，请再选一次。` : ''}`
  }
  effectScope(true).run(() => {
    watch([() => said, sum.state, photos], keep, { deep: true })
    watch(photos, (now) => void (over || keepPhotos(key, now)))
  })
  keep()
  /** It was handed in, or is not wanted. */
  return () => {
    over = true
    notice.value = ''
    drop(key)
  }
}
