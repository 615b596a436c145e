import type { QueryClient } from '@tanstack/vue-query'
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'

import { ensureSession, followOtherTabs } from '@/api/session'
import { asProblem } from '@/lib/problems'
import { notify } from '@/ui/notices'

import { forgetDrafts } from '@/lib/drafts'
import { forgetMe, holds, loadMe } from './me'
import { pageTitle } from './pageTitle'

const SHELL = 'shell'

const routes = [
  {
    path: '/login',
    name: 'login',
    component: () => import('./LoginPage.vue'),
    meta: { title: '登录', open: true },
  },
  {
    path: '/',
    name: SHELL,
    component: () => import('./StaffShell.vue'),
    children: [
      {
        path: '',
        name: 'home',
        component: () => import('./modules/home/HomePage.vue'),
        meta: { title: '我的待办' },
      },
      {
        path: 'hidden',
        name: 'hidden',
        component: () => import('./HiddenPage.vue'),
        meta: { title: '无权查看' },
      },
      {
        path: ':rest(.*)*',
        name: 'missing',
        component: () => import('./MissingPage.vue'),
        meta: { title: '页面不存在' },
      },
    ],
  },
]

export function makeRouter(client: QueryClient) {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  const toLogin = (to: RouteLocationNormalized) => ({
    name: 'login',
    query: to.fullPath === '/' ? {} : { next: to.fullPath },
  })

  let isWhole = false
  /** The pages of all modules, once somebody is there to see them: the login page does without. */
  async function addModules() {
    const { modules } = await import('./modules')
    for (const route of modules.flatMap((module) => module.routes)) router.addRoute(SHELL, route)
    isWhole = true
  }

  router.beforeEach(async (to, from) => {
    if (to.meta.open) return true
    if (!(await ensureSession())) return toLogin(to)
    if (!isWhole) {
      await addModules()
      return { path: to.path, query: to.query, hash: to.hash, replace: true }
    }
    try {
      const { permissions, must_enrol_totp: mustEnrol } = await loadMe(client)
      // Without its second factor such a post reaches its own account only.
      if (mustEnrol && !to.path.startsWith('/account')) return { name: 'second-factor' }
      if (holds(to.meta.permission, permissions)) return true
      return { name: 'hidden', replace: true }
    } catch (error) {
      // a lost line is no logout: the page and what is written on it stay where they are
      if (asProblem(error).code === 'network' && from.matched.length) throw error
      // a server that cannot look just now has not said no
      if (asProblem(error).status >= 500) throw error
      forgetMe(client)
      return toLogin(to)
    }
  })

  /** A click that leads nowhere says so: the line is down, or a newer version is installed. */
  router.onError((error) => notify(asProblem(error).message, 'alert'))

  router.afterEach((to) => {
    pageTitle.value = to.meta.title ?? ''
  })

  followOtherTabs(() => {
    forgetMe(client)
    forgetDrafts()
    void router.replace({ name: 'login' })
  })

  return router
}
