import { nextTick } from 'vue'

const CONTROLS = 'input, textarea, select, button, [tabindex]'

/** Whoever sent a faulty form finds the cursor in the first field that is wrong, on screen. */
export async function focusFault(form: HTMLElement | null | undefined) {
  await nextTick()
  const control = form?.querySelector('.faulty')?.querySelector<HTMLElement>(CONTROLS)
  control?.scrollIntoView?.({ block: 'center' })
  control?.focus({ preventScroll: true })
}
