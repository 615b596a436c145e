import type { StaffModule } from '../module'
import account from './account/module'
import cases from './cases/module'
import distributions from './distributions/module'
import imports from './imports/module'
import jobs from './jobs/module'
import leads from './leads/module'
import ledger from './ledger/module'
import property from './property/module'
import victims from './victims/module'

/** In the order of the menu. */
export const modules: StaffModule[] = [
  leads,
  imports,
  cases,
  property,
  ledger,
  victims,
  distributions,
  jobs,
  account,
]
