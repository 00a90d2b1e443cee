import { expect, test } from 'vitest'

import { STATUS } from '../contract/samples.ts'
import { readPlatform } from '../contract/status.ts'
import { notUp, partsOf } from './platform.ts'

function named(parts: ReturnType<typeof partsOf>): readonly string[] {
  return parts.map((part) => `${part.kind === 'layer' ? part.name : part.type} ${part.state}`)
}

test('what is down stands first, and what nobody can tell of is not up', () => {
  const services = [...STATUS.services, { process: 'camera', role: 'stream', state: 'down', instances: 0 }]
  const parts = partsOf(readPlatform({ ...STATUS, services }))
  expect(named(parts)).toEqual(['camera down', 'batch unknown', 'speed up', 'archive up', 'gps up', 'gateway up'])
  expect(named(notUp(parts))).toEqual(['camera down', 'batch unknown'])
})
