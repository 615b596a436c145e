import '@/styles/tokens.css'
import '@/styles/controls.css'
import '@/styles/print.css'

import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'

import { asProblem } from '@/lib/problems'
import { notify } from '@/ui/notices'

import { offerSignIn } from '@/api/session'

import App from './App.vue'
import { makeRouter } from './router'

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal will not change by asking again; a lost connection may.
      retry: (count, error) => count < 2 && asProblem(error).code === 'network',
    },
  },
})

offerSignIn()

const app = createApp(App)
app.config.errorHandler = (error) => {
  // A person is told in words; whoever looks into it finds the fault itself in the console.
  // eslint-disable-next-line no-console
  console.error(error)
  notify(asProblem(error).message, 'alert')
}
app.use(VueQueryPlugin, { queryClient }).use(makeRouter(queryClient)).mount('#app')
