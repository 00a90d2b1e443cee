import { expect, test } from 'vitest'

import type { Topic } from '../contract/topics.ts'
import { isAwaited } from './awaited.ts'
import { withChanges } from './live.ts'
import { SELECTABLE, type SelectableKind } from './selection.ts'
import { START, type CityState } from './store.ts'

const CITY = { name: null, bounds: null, timeZone: 'UTC', tiles: null }
const MODEL = { city: CITY, roads: new Map(), hospitals: new Map(), sensors: new Map() }

function withTopic(topic: Topic, state: CityState = START): CityState {
  const nothing = { topic, whole: true, changed: [], removed: [], freshness: { asOfMs: 1, source: 'speed' } } as const
  return { ...state, shown: withChanges(state.shown, [nothing]) }
}

test('before anything has come, everything is awaited', () => {
  for (const kind of SELECTABLE) expect(isAwaited(START, { kind, id: 'x' })).toBe(true)
  expect(isAwaited(START, null)).toBe(false)
})

test.each<[SelectableKind, CityState]>([
  ['incident', withTopic('emergencies')],
  ['vehicle', withTopic('vehicles')],
  ['camera', withTopic('cameras')],
  ['station', withTopic('weather')],
  ['hospital', { ...START, model: MODEL }],
  ['sensor', { ...START, model: MODEL }],
  ['road', withTopic('traffic', { ...START, model: MODEL })],
])('a %s is not, once all of them are known', (kind, state) => {
  expect(isAwaited(state, { kind, id: 'x' })).toBe(false)
})

test('a road is awaited of both that may know it', () => {
  const selection = { kind: 'road', id: 'x' } as const
  expect(isAwaited(withTopic('traffic'), selection)).toBe(true)
  expect(isAwaited({ ...START, model: MODEL }, selection)).toBe(true)
})
