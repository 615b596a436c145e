import type { RouteRecordRaw } from 'vue-router'

/** What one noun brings into the app: its routes, and through their meta its menu entry and its door. */
export interface StaffModule {
  routes: RouteRecordRaw[]
}

export type MenuGroup = '办理' | '整治' | '打击' | '追赃' | '统计' | '管理'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    permission?: string | string[]
    /** Shown in the left menu, in the order of the modules. */
    menu?: MenuGroup
    /** Name of the route above this one. */
    parent?: string
    open?: boolean
    /** The page is one ledger that fills the window. */
    fits?: boolean
  }
}
