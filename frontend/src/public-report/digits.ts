import { narrow } from '@/lib/narrow'

/** The digits that somebody typed, half-width, without spaces or dashes. */
export const digitsOf = (typed: string) => narrow(typed).replace(/\D/g, '')
