import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { vi } from 'vitest'

import { loadMe } from '@/staff/me'

/** What the server answers, by the path behind /api/v1. A record that is not named is not there; a
 * ledger that is not named is empty. */
export type Answers = Record<string, unknown>

export interface Person {
  permissions?: string[]
  unit?: string
  role?: string
}

const LEDGER = /^\/[a-z-]+$|\/(timeline|attachments|lines|hints|views|candidates)$/
const EMPTY = { items: [], next_cursor: null, prev_cursor: null, total: 0, total_is_exact: true }

const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json' },
  })

function answered(path: string, answers: Answers): Response {
  if (path in answers) return answer(answers[path])
  if (LEDGER.test(path)) return answer(EMPTY)
  return answer({ code: 'not_found', title: '记录不存在或无权查看' }, 404)
}

/** A page as this person sees it while the server answers so; `asked` is what was asked, in order. */
export async function showPage(
  page: Component,
  props: Record<string, unknown>,
  answers: Answers = {},
  { permissions = [], unit = 'own', role = 'office' }: Person = {},
  address = '/',
) {
  const asked: string[] = []
  const me = {
    user: { id: 'me', name: '某人', username: 'me' },
    post: { id: 'post', name: '岗' },
    unit: { id: unit, name: '本单位' },
    role,
    permissions,
    now: new Date().toISOString(),
    max_upload_mb: 50,
  }
  vi.stubGlobal('fetch', (request: Request) => {
    const path = new URL(request.url).pathname.replace('/api/v1', '')
    asked.push(`${request.method} ${path}`)
    return Promise.resolve(answered(path, { '/me': me, ...answers }))
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  await loadMe(client)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'page', component: { render: () => null } },
      { path: '/edit', name: 'page-edit', component: { render: () => null } },
      { path: '/:rest(.*)*', name: 'other', component: { render: () => null } },
    ],
  })
  await router.push(address)
  const wrapper = mount(page, {
    props,
    global: { plugins: [router, [VueQueryPlugin, { queryClient: client }]] },
    attachTo: document.body,
  })
  await flushPromises()
  await vi.dynamicImportSettled() // parts that are loaded apart
  await flushPromises()
  await flushPromises()
  return {
    wrapper,
    asked,
    /** What can be clicked, by its words. */
    offers: () =>
      wrapper
        .findAll('a, button')
        .map((each) => each.text())
        .filter(Boolean),
    /** The sections by their headings. */
    headings: () => wrapper.findAll('h2').map((each) => each.text().split('\n')[0]!.trim()),
    done: () => {
      wrapper.unmount()
      vi.unstubAllGlobals()
    },
  }
}
