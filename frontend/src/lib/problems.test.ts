import { expect, it } from 'vitest'

import { ApiProblem, asProblem, problemOf } from './problems'

it('takes the words of the API first', () => {
  const response = new Response(null, { status: 409, headers: { 'X-Request-ID': 'r-1' } })
  const problem = problemOf(response, {
    title: '冲突',
    detail: '他人已更新',
    code: 'stale_version',
  })
  expect(problem.message).toBe('他人已更新')
  expect(problem.code).toBe('stale_version')
  expect(problem.requestId).toBe('r-1')
})

it('has words of its own where the API has none', () => {
  expect(problemOf(new Response(null, { status: 403 }), null).message).toContain('没有这项权限')
  expect(problemOf(new Response(null, { status: 502 }), '<html>').message).toContain('服务器出错')
})

it('reads OAuth errors and Retry-After', () => {
  const response = new Response(null, { status: 429, headers: { 'Retry-After': '1800' } })
  const problem = problemOf(response, { error: 'invalid_grant', error_description: '已锁定' })
  expect([problem.code, problem.message, problem.retryAfter]).toEqual([
    'invalid_grant',
    '已锁定',
    1800,
  ])
})

it('sorts messages to their fields', () => {
  const problem = new ApiProblem(422, 'validation_failed', '有误', [
    { pointer: '/amount_involved', code: 'decimal', message: '金额不对' },
    { pointer: '/body/reporter/name', code: 'missing', message: '请填写', label: '举报人，姓名' },
  ])
  expect(problem.byField).toEqual({
    amount_involved: '金额不对',
    reporter: '举报人，姓名：请填写',
    'reporter.name': '请填写',
  })
})

it('names a lost connection', () => {
  expect(asProblem(new TypeError('Failed to fetch')).code).toBe('network')
  expect(asProblem(new TypeError('Load failed')).code).toBe('network')
  expect(asProblem(new TypeError('g is not a function')).code).toBe('unknown')
  expect(asProblem('odd').code).toBe('unknown')
})
