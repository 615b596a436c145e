/** As `domain/receipts.py` has it; the server judges, the page only spares people the way there. */
export const MOST_PHOTOS = 10
const MOST_BYTES = 15_000_000
const KINDS = ['image/jpeg', 'image/png', 'image/webp']
/** Without HEIC here, an iPhone hands over a JPEG by itself. */
export const ACCEPT = KINDS.join(',')

/** What is wrong with a chosen file, in plain words; empty when nothing is. */
export function photoFault(file: { size: number; type: string; name: string }): string {
  if (/hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name)) {
    return '这张照片是苹果手机的 HEIC 格式，打不开。请把它截屏，再选截屏的图片。'
  }
  if (!KINDS.includes(file.type)) return '这不是照片。请选 JPG、PNG 格式的照片。'
  if (file.size > MOST_BYTES) return '有一张照片太大，超过 15 MB。请把它截屏，再选截屏的图片。'
  return ''
}

/** The same photo chosen twice. */
export const same = (one: File, other: File) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
