import { reveal, type RevealBase } from '@/api/records'

/** A function that shows one field in plain, or null where the server does not offer it. */
export function useReveal(base: RevealBase, id: () => string, revealable: () => string[]) {
  return (field: string) => {
    if (!revealable().includes(field)) return null
    return async (reason: string) => {
      const { values } = await reveal(base, id(), [field], reason)
      return values[field] ?? ''
    }
  }
}
