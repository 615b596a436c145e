import '@/styles/tokens.css'
import '@/reporting/large.css'
import './plain.css'

import { createApp } from 'vue'

import { fault } from './fault'
import ReportApp from './ReportApp.vue'

const app = createApp(ReportApp)
app.config.errorHandler = (error) => {
  // A person is told in words; whoever looks into it finds the fault itself in the console.
  // eslint-disable-next-line no-console
  console.error(error)
  fault.value = '网页出错了，请刷新后再试。'
}
app.mount('#app')
