import { inject, provide, type Component, type InjectionKey } from 'vue'

/**
 * Pickers that know the domain (a unit, a division, a record) are handed in from above by field kind, so that
 * forms here can ask for them without knowing them. Contract: `modelValue`, `update:modelValue`, `id`, `spec`; the
 * field's ARIA as well, where a widget has `inheritAttrs: false`.
 */
export type FieldWidgets = Record<string, Component>

const KEY: InjectionKey<FieldWidgets> = Symbol('field widgets')

export const provideFieldWidgets = (widgets: FieldWidgets) => provide(KEY, widgets)
export const useFieldWidgets = (): FieldWidgets => inject(KEY, {})
