import { narrow } from '@/lib/narrow'

/** As `domain/words/codes.py` has it, a little wider (a test compares them): the server judges, the page
 * only says it where it was typed. */
const DIALLED =
  /^(?:(?:\+|00)?86)?(?:0?1[3-9]\d{9}|0\d{2,3}[1-9]\d{6,13}(?:x\d{1,6})?)$|^(?:[48]00\d{7}|9[56]\d{3,6}|1[0-2]\d{1,3})$/
const EXTENSION = /转|分机|ext\.?|#/gi
const NOISE = /[\s\u200b\-‐‑‒–—―−_.·•'’()]/g

export function phoneFault(text: string): string {
  const bare = narrow(text).replace(EXTENSION, 'x').replace(NOISE, '')
  return !bare || DIALLED.test(bare) ? '' : '电话号码不对：手机号是 11 位，固定电话请加区号。'
}
