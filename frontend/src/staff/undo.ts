import type { QueryClient } from '@tanstack/vue-query'

import { MergeFields } from '@/api/fields'
import { TurnActionLabels } from '@/api/labels'
import {
  actOnTurn,
  create,
  one,
  read,
  transition,
  type Answer,
  type FlowBase,
  type RecordBase,
} from '@/api/records'
import type { Standing, TurnAction } from '@/api/schema'
import { TAKEN_BACK } from '@/api/takenBack'
import { newId } from '@/lib/ids'
import type { Undo } from '@/ui/notices'
import type { ActionOffer, FormValues } from '@/ui/types'

/** Whoever took it back looks at what is on the screen: all of it may have changed. */
const refresh = (client: QueryClient) => client.invalidateQueries()

/** An act that asks for nothing. */
const plain = (label: string): ActionOffer => ({ action: '', label, needs: [] })

interface Acted {
  id: string
  version: number
  status: string
  available_actions: ActionOffer[]
  standing?: Standing
}

const reverseOf = (noun: string, act: string, was: string) => TAKEN_BACK[noun]?.[act]?.[was]

const offerOf = (record: Acted, by: string) =>
  record.available_actions.find(({ action }) => action === by)

/** Where a record has gone on to. */
function goneOn({ standing }: Acted): string {
  const at = standing?.steps.find(({ state }) => state === 'now')
  if (at) return `现在已经办到“${at.label}”这一步`
  return standing?.ended ? `现在已经是“${standing.ended}”` : '记录的状态已经变化'
}

interface Act {
  base: FlowBase & RecordBase
  /** As the server answered it. */
  record: Acted
  act: string
  label: string
  /** Where the record stood before. */
  was: string
  values?: FormValues
}

/** How a step is taken back, where the table has a reverse and the server offers it to this reader. */
export function undoOfStep(client: QueryClient, step: Act): Undo | undefined {
  const { base, record, act, label, was, values = {} } = step
  const by = reverseOf(base.replace('/api/v1/', ''), act, was)
  const now = by && offerOf(record, by)
  if (!now) return undefined
  const key = newId()
  let version = record.version
  return {
    what: label,
    // what was chosen then is what is taken back: the mark, not its reason
    initial: Object.fromEntries(
      now.needs
        .filter(({ field }) => field !== 'reason' && field in values)
        .map(({ field }) => [field, values[field]]),
    ),
    async ask() {
      const fresh = (await one(base, record.id)) as Acted
      version = fresh.version
      return offerOf(fresh, by) ?? goneOn(fresh)
    },
    async run(given) {
      await transition(base, record.id, { ...given, action: by, version }, key)
      await refresh(client)
    },
  }
}

/** What was just made can be withdrawn. */
export const undoOfMade = (client: QueryClient, base: FlowBase & RecordBase, record: Acted) =>
  undoOfStep(client, { base, record, act: 'create', label: '登记', was: record.status })

/** Whose turn it is goes back to whoever had it. `before`: the colleague who had it in hand. */
export function undoOfTurn(
  client: QueryClient,
  path: string,
  action: TurnAction,
  before?: { id: string } | null,
): Undo | undefined {
  const by = reverseOf('turns', action, '') as TurnAction | undefined
  if (!by) return undefined
  const key = newId()
  const body = before ? { action: 'give' as const, user_id: before.id } : { action: by }
  return {
    what: TurnActionLabels[action],
    ask: () => Promise.resolve(plain(TurnActionLabels[body.action])),
    async run() {
      await actOnTurn(path, body, key)
      await refresh(client)
    },
  }
}

type Links = Answer<'/api/v1/leads/{lead_id}/merges'>

const WHY = { field: 'reason', label: MergeFields.reason, kind: 'long_text', required: true }

/** A lead that was merged into another one stands on its own again. */
export function undoOfMerge(client: QueryClient, links: Links, mainId: string, leadId: string) {
  const fits = (found: Links) =>
    found.items.find((link) => link.is_main && link.lead.id === leadId && !link.undone_at)
  const made = fits(links)
  if (!made?.may_undo) return undefined
  const key = newId()
  let version = made.lead.version
  const undo: Undo = {
    what: '合并',
    async ask() {
      const now = fits(await read('/api/v1/leads/{lead_id}/merges', [mainId]))
      if (!now?.may_undo) return now ? '合并以后这件事又往下办了' : '已经由他人撤销'
      version = now.lead.version
      return { action: 'unmerge', label: '撤销合并', needs: [WHY], danger: true }
    },
    async run(values) {
      const path = '/api/v1/leads/{lead_id}/merges/{merge_id}/reversals'
      await create(path, { ...values, version }, { ids: [mainId, made.id], key })
      await refresh(client)
    },
  }
  return undo
}

/** A batch comes back as far as nobody has acknowledged it. */
export function undoOfBatch(client: QueryClient, id: string): Undo {
  const key = newId()
  return {
    what: '批量交办',
    async ask() {
      const { items } = await read('/api/v1/leads/assignments')
      const now = items.find((each) => each.id === id)
      if (!now?.waiting) return '这一批都已经签收或者收回'
      return {
        action: 'take_back',
        label: `收回未签收的 ${now.waiting} 条`,
        needs: [WHY],
        danger: true,
      }
    },
    async run(values) {
      const path = '/api/v1/leads/assignments/{assignment_id}/reversals'
      await create(path, values, { ids: [id], key })
      await refresh(client)
    },
  }
}

/** Something small that is put again as it was. */
export const undoBy = (client: QueryClient, what: string, put: () => Promise<unknown>): Undo => ({
  what,
  ask: () => Promise.resolve(plain(what)),
  async run() {
    await put()
    await refresh(client)
  },
})
