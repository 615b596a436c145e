import { expect, it } from 'vitest'

import { modules } from '../modules'
import { rowsBehind } from './rowsBehind'

it('keeps every condition of a figure', () => {
  const query = { resource: 'leads', params: { counted: true, status: ['closed', 'archived'] } }
  expect(rowsBehind(query)).toEqual({
    path: '/leads',
    query: { counted: 'true', status: ['closed', 'archived'] },
  })
})

it('finds a page for every ledger that figures count', () => {
  const paths = modules.flatMap((module) => module.routes.map((route) => route.path))
  const counted = ['leads', 'handovers', 'cases', 'risk-entities', 'inspections', 'rectifications']
  for (const resource of [...counted, 'property-measures', 'ledger/entries']) {
    expect(paths).toContain(resource)
  }
})
