/** Full-width signs as the keyboard's. ², ① and ½ stay as they are: they are no digits of a number, and
 * would become some. */
export const narrow = (text: string) =>
  text.replace(/[^\p{No}\p{Nl}]+/gu, (part) => part.normalize('NFKC'))
