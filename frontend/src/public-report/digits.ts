/** The digits that somebody typed, half-width, without spaces or dashes. */
export const digitsOf = (typed: string) => typed.normalize('NFKC').replace(/\D/g, '')
