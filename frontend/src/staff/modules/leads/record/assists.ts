import { useQueryClient } from '@tanstack/vue-query'

import { create, type OneOf } from '@/api/records'
import { idempotencyKeys } from '@/lib/ids'
import { notifyOf } from '@/ui/notices'
import type { FormValues } from '@/ui/types'

type Lead = OneOf<'/api/v1/leads'>
export type Assist = Lead['assists'][number]

const PATH = '/api/v1/leads/{lead_id}/assists/{assist_id}/transitions'
/** What the head of a lead calls that which the reader's unit does next as an assisting one. */
const NEXT: Record<string, string> = {
  acknowledge_assist: 'acknowledge',
  answer_assist: 'answer',
}

/** The assist whose turn it is, with the one thing that the reader does about it. */
export function dueAssist({ standing, assists }: Lead) {
  const action = NEXT[standing.next_action ?? '']
  const turn = standing.now.find(({ assist_id: of, is_mine: isMine }) => of && isMine)
  const assist = assists.find(({ id }) => id === turn?.assist_id)
  const offer = assist?.available_actions.find((each) => each.action === action)
  return assist && offer ? { assist, offer } : null
}

/** Takes a step of an assist, and refreshes what that changes. */
export function useAssists(leadId: () => string, done: () => void) {
  const client = useQueryClient()
  const keyFor = idempotencyKeys()
  return async (assist: Assist, action: string, values: FormValues) => {
    const body = { ...values, action, version: assist.version }
    const key = keyFor({ ...body, id: assist.id })
    await create(PATH, body, { ids: [leadId(), assist.id], key })
    const label = assist.available_actions.find((offer) => offer.action === action)?.label ?? ''
    notifyOf({ name: 'lead', params: { id: leadId() } }, `已完成：${label}`)
    done()
    await Promise.all([
      client.invalidateQueries({ queryKey: ['leads', 'timeline', leadId()] }),
      client.invalidateQueries({ queryKey: ['leads', 'views'] }),
      client.invalidateQueries({ queryKey: ['duties'] }),
    ])
  }
}
