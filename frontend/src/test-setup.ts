import { config } from '@vue/test-utils'

// Links are drawn, not followed, in a component's own test.
config.global.stubs = { RouterLink: { template: '<a><slot /></a>' } }
