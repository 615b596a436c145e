import { READINGS } from '@/api/pinyin'

const ways = new Map<string, string[]>()
for (const [reading, characters] of Object.entries(READINGS)) {
  for (const character of characters) {
    ways.set(character, [...(ways.get(character) ?? []), reading])
  }
}

/** Character by character, `wang ge yuan`, as the API spells the names of units: what the API's own words hold. */
export const spelled = (text: string): string =>
  [...text.normalize('NFKC').toLowerCase()]
    .map((character) => {
      if (/[a-z0-9]/.test(character)) return character
      return ways.get(character)?.join('/') ?? ''
    })
    .filter(Boolean)
    .join(' ')
