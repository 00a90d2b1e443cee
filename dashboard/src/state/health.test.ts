import { expect, test } from 'vitest'

import { QUIET_MS, START_CONNECTION, healthOf, newestMs, type Connection } from './health.ts'
import { NO_LIVE } from './live.ts'

const NOW = 1_000_000
const LIVE: Connection = { ...START_CONNECTION, status: { phase: 'live' }, source: 'speed' }

test.each<[string, Connection, number | null, string]>([
  ['young data of an open connection is live', LIVE, NOW - 1_000, 'live'],
  ['before the first data a connection is connecting', START_CONNECTION, null, 'connecting'],
  ['a connection that is made anew is reconnecting', START_CONNECTION, NOW, 'reconnecting'],
  ['a lost connection is reconnecting', { ...LIVE, status: { phase: 'waiting', retryAtMs: NOW } }, NOW, 'reconnecting'],
  ['a connection that was ended is stopped', { ...LIVE, status: { phase: 'stopped' } }, NOW, 'stopped'],
  ['data of the archive is behind', { ...LIVE, source: 'batch' }, NOW, 'behind'],
  ['last-known data is behind', { ...LIVE, source: 'last-known' }, NOW, 'behind'],
  ['a feed that stopped is quiet', LIVE, NOW - QUIET_MS - 1, 'quiet'],
  ['a city without any data is live, and waits', LIVE, null, 'live'],
])('%s', (_, connection, newest, health) => {
  expect(healthOf(connection, newest, NOW)).toBe(health)
})

test('the newest of what moves tells how old the map is', () => {
  const freshness = (asOfMs: number | null) => ({ things: new Map<string, never>(), freshness: { asOfMs, source: 'speed' as const } })
  expect(newestMs(NO_LIVE)).toBeNull()
  expect(newestMs({ ...NO_LIVE, vehicles: freshness(5), traffic: freshness(9), emergencies: freshness(null) })).toBe(9)
})
