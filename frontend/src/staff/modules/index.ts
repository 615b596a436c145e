import type { StaffModule } from '../module'
import account from './account/module'
import leads from './leads/module'

/** In the order of the menu. */
export const modules: StaffModule[] = [leads, account]
