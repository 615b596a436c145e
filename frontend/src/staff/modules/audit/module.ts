import type { StaffModule } from '../../module'

const audit: StaffModule = {
  routes: [
    {
      path: 'audit',
      name: 'audit',
      component: () => import('./AuditPage.vue'),
      meta: { title: '审计日志', permission: 'audit:read', menu: '管理', fits: true },
    },
  ],
}

export default audit
