const LONGEST = 30

/** How far one character, in any of its readings, reads on in what was typed. */
function readTo(typed: string, at: number, ways: string[]): number[] {
  return ways.flatMap((way) => {
    let length = 0
    while (length < way.length && typed[at + length] === way[length]) length++
    return Array.from({ length }, (_, index) => at + index + 1)
  })
}

/**
 * Whether what was typed spells a part of a name, each character by its beginning or whole: bmc, baimiao
 * and baimc for `bai/bo miao cun`, as the API spells 白庙村.
 */
export function spells(spelled: string, typed: string): boolean {
  const plain = typed.normalize('NFKC').toLowerCase().replaceAll('ü', 'v')
  const wanted = plain.replace(/[^\p{L}\p{N}]/gu, '').slice(0, LONGEST)
  if (!wanted || !spelled) return false
  const characters = spelled.split(' ').map((ways) => ways.split('/'))
  return characters.some((_, first) => {
    let reached = new Set([0])
    for (const ways of characters.slice(first)) {
      reached = new Set([...reached].flatMap((at) => readTo(wanted, at, ways)))
      if (reached.has(wanted.length)) return true
      if (!reached.size) return false
    }
    return false
  })
}

/** Whether a picker's entry is meant: by a part of its name, or by how it is spelled. */
export function isMeant(entry: { name: string; pinyin: string }, typed: string): boolean {
  const plain = typed.trim().toLowerCase()
  return !plain || entry.name.toLowerCase().includes(plain) || spells(entry.pinyin, typed)
}
