import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { STATUS } from './samples.ts'
import { readPlatform } from './status.ts'

test('layers, services and data are read, and what was not told is null', () => {
  const { layers, services, data, timeMs } = readPlatform(STATUS)
  expect(timeMs).toBe(Date.UTC(2026, 10, 28, 8))
  expect(layers).toEqual([
    { name: 'speed', state: 'up', sinceMs: Date.UTC(2026, 10, 28, 7), pending: null },
    { name: 'batch', state: 'unknown', sinceMs: null, pending: null },
    { name: 'archive', state: 'up', sinceMs: Date.UTC(2026, 10, 28, 7, 30), pending: 9 },
  ])
  expect(services).toEqual([
    { type: 'gps', role: 'stream', state: 'up', instances: 2, eventsPerS: 160.5, lag: 3 },
    { type: 'gateway', role: 'gateway', state: 'up', instances: 1, eventsPerS: null, lag: null },
  ])
  expect(data).toEqual([{ topic: 'vehicles', isKnown: true, things: 40, withData: 39, asOfMs: Date.UTC(2026, 10, 28, 8) }])
})

test('a state of a later gateway is not taken for up', () => {
  const later = { ...STATUS, layers: { speed: { state: 'splendid' } } }
  expect(readPlatform(later).layers).toMatchObject([{ state: 'unknown' }])
})

test.each([
  ['layers', { ...STATUS, layers: [] }],
  ['services', { ...STATUS, services: null }],
  ['process', { ...STATUS, services: [{ role: 'stream', state: 'up', instances: 1 }] }],
  ['state', { ...STATUS, layers: { speed: {} } }],
  ['time', { ...STATUS, time: 'now' }],
])('a status without good %s is malformed', (field, status) => {
  expect(() => readPlatform(status)).toThrow(Malformed)
  expect(() => readPlatform(status)).toThrow(field)
})
