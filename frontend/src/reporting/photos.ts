/** As `domain/reporters/receipts.py` has it; the server judges, the page only spares people the way there. */
export const MOST_PHOTOS = 10
const MOST_BYTES = 15_000_000
/** A larger one is not even opened: a small telephone would run out of memory. */
const MOST_POINTS = 50_000_000
/** Larger ones are drawn smaller before they are sent; a contract can still be read. */
const LONGEST_SIDE = 2048
const QUALITY = 0.85
const KINDS = ['image/jpeg', 'image/png', 'image/webp']
/** Without HEIC here, an iPhone hands over a JPEG by itself. */
export const ACCEPT = KINDS.join(',')

export const NO_PHOTO = '这不是照片。请选 JPG、PNG 格式的照片。'

/** What is wrong with a chosen file, in plain words; empty when nothing is. */
export function photoFault(file: { size: number; type: string; name: string }): string {
  if (/hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name)) {
    return '这张照片是苹果手机的 HEIC 格式，打不开。请把它截屏，再选截屏的图片。'
  }
  if (!KINDS.includes(file.type)) return NO_PHOTO
  // what is drawn smaller before it is sent may be larger here
  if (file.size > 3 * MOST_BYTES) return '有一张照片太大，打不开。请把它截屏，再选截屏的图片。'
  return ''
}

/** What is wrong with a photo as it would be sent; empty when nothing is. */
export const sendFault = (photo: Blob) =>
  photo.size > MOST_BYTES ? '照片太大，超过 15 MB。请把它截屏，再选截屏的图片。' : ''

/** The size of a photo of this size when it is sent; null to send it as it is. */
export function smallerSize(width: number, height: number): [number, number] | null {
  const longest = Math.max(width, height)
  if (longest <= LONGEST_SIDE || width * height > MOST_POINTS) return null
  const by = LONGEST_SIDE / longest
  return [Math.max(1, Math.round(width * by)), Math.max(1, Math.round(height * by))]
}

function opened(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = reject
    image.src = url
  })
}

/**
 * A large photo drawn smaller, upright; the photo itself when it is small enough or does not open:
 * what cannot be helped here, the server judges. Browsers too old to turn a photo by themselves
 * send it as it is, with what the telephone noted about how it was held.
 */
export async function smaller(photo: Blob): Promise<Blob> {
  if (!window.CSS?.supports('image-orientation', 'from-image')) return photo
  const url = URL.createObjectURL(photo)
  try {
    const image = await opened(url)
    const size = smallerSize(image.naturalWidth, image.naturalHeight)
    const paper = document.createElement('canvas')
    const pen = size && paper.getContext('2d')
    if (!pen) return photo
    ;[paper.width, paper.height] = size
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, ...size)
    pen.imageSmoothingQuality = 'high'
    pen.drawImage(image, 0, 0, ...size)
    const drawn = await new Promise<Blob | null>((done) =>
      paper.toBlob(done, 'image/jpeg', QUALITY),
    )
    // Safari keeps a canvas's memory until it has no size
    paper.width = paper.height = 0
    return drawn && drawn.size < photo.size ? drawn : photo
  } catch {
    return photo
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** The same photo chosen twice. */
export const same = (one: File, other: File) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
