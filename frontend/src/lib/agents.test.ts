import { expect, it } from 'vitest'

import { agentName } from './agents'

it.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/108.0.0.0 Safari/537.36',
    'Chrome 108，Windows',
  ],
  ['Mozilla/5.0 (Linux; Android 13) Chrome/111.0 Mobile MicroMessenger/8.0.49', '微信 8，安卓'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 13_0) Version/16.0 Safari/605.1.15', 'Safari 16，macOS'],
  ['python-httpx/0.28.1', 'python-httpx/0.28.1'],
  ['', '未知'],
])('%s is %s', (agent, name) => expect(agentName(agent)).toBe(name))
