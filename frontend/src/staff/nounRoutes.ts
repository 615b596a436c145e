import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

import type { RecordBase } from '@/api/records'

import type { MenuGroup } from './module'

type Lazy = () => Promise<{ default: Component } | Component>

interface Noun {
  /** Plural, as in the API and in the address. */
  path: string
  /** Singular: the name of the record's route. */
  name: string
  title: string
  menu?: MenuGroup
  read: string | string[]
  write?: string | string[]
  list: Lazy
  one?: Lazy
  form?: Lazy
  formTitle?: string
  /** Where its records are corrected, if they can be. */
  edit?: RecordBase
}

/** The four routes that most nouns have: the ledger, a new record, a record, its correction. */
export function nounRoutes(noun: Noun): RouteRecordRaw[] {
  const { path, name, title, read, write = read } = noun
  const below = { parent: path }
  const routes: RouteRecordRaw[] = [
    {
      path,
      name: path,
      component: noun.list,
      meta: { title, permission: read, menu: noun.menu, fits: true },
    },
  ]
  if (noun.form) {
    const meta = { title: noun.formTitle ?? `登记${title}`, permission: write, ...below }
    routes.push({ path: `${path}/new`, name: `${name}-new`, component: noun.form, meta })
  }
  const base = noun.edit
  if (base) {
    const meta = { title: `修改${title}`, permission: write, ...below }
    routes.push({
      path: `${path}/:id/edit`,
      name: `${name}-edit`,
      component: () => import('./components/EditPage.vue'),
      props: ({ params: { id } }) => ({ id, base, name: path, back: { name, params: { id } } }),
      meta,
    })
  }
  if (noun.one) {
    const meta = { title, permission: read, ...below }
    routes.push({ path: `${path}/:id`, name, component: noun.one, props: true, meta })
  }
  return routes
}
