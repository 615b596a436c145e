import type { StaffModule } from '../module'
import account from './account/module'
import apiClients from './api-clients/module'
import audit from './audit/module'
import cases from './cases/module'
import distributions from './distributions/module'
import divisions from './divisions/module'
import handovers from './handovers/module'
import home from './home/module'
import imports from './imports/module'
import inspections from './inspections/module'
import jobs from './jobs/module'
import leads from './leads/module'
import ledger from './ledger/module'
import outcomes from './outcomes/module'
import overview from './overview/module'
import property from './property/module'
import rectifications from './rectifications/module'
import restrictedFiles from './restricted-files/module'
import rewards from './rewards/module'
import riskEntities from './risk-entities/module'
import ruleSets from './rule-sets/module'
import sharedChanges from './shared-changes/module'
import timeRules from './time-rules/module'
import units from './units/module'
import users from './users/module'
import victims from './victims/module'

/** In the order of the menu. */
export const modules: StaffModule[] = [
  overview,
  outcomes,
  leads,
  rewards,
  restrictedFiles,
  imports,
  riskEntities,
  inspections,
  rectifications,
  cases,
  handovers,
  property,
  ledger,
  victims,
  distributions,
  units,
  users,
  divisions,
  timeRules,
  ruleSets,
  sharedChanges,
  apiClients,
  jobs,
  audit,
  account,
  home,
]
