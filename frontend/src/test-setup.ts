import { config } from '@vue/test-utils'

// Links are drawn, not followed, in a component's own test.
config.global.stubs = { RouterLink: { template: '<a><slot /></a>' } }

// Nothing is laid out here: whatever is on the page is in sight.
globalThis.IntersectionObserver = class implements Partial<IntersectionObserver> {
  constructor(private readonly told: IntersectionObserverCallback) {}
  observe() {
    const seen = [{ isIntersecting: true }] as IntersectionObserverEntry[]
    this.told(seen, this as unknown as IntersectionObserver)
  }
  disconnect() {}
} as unknown as typeof IntersectionObserver
