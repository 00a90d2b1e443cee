import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { readMessage } from './message.ts'
import { CAR, HEAD, incident, road } from './samples.ts'

const refuse = (): never => {
  throw new Error('no item was to be refused')
}

test('a snapshot is the whole of its topic', () => {
  const message = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, items: [CAR] }), refuse)
  expect(message).toMatchObject({
    type: 'change',
    seq: 3,
    id: 'vehicles',
    resume: 'word',
    change: {
      topic: 'vehicles',
      whole: true,
      removed: [],
      freshness: { asOfMs: Date.UTC(2026, 10, 28, 8), source: 'speed' },
      changed: [{ id: 'car-1', lon: 11.5, lat: 48.1, speedKmh: 42, headingDeg: null, stale: false }],
    },
  })
})

test('a delta has what changed, and what is gone', () => {
  const message = readMessage(JSON.stringify({ type: 'delta', ...HEAD, changed: [CAR], removed: ['car-2'] }), refuse)
  expect(message).toMatchObject({ change: { whole: false, removed: ['car-2'], changed: [{ id: 'car-1' }] } })
})

test('a bad item is dropped and named, and the others stay', () => {
  const refused: string[] = []
  const items = [{ ...CAR, latitude: 91 }, CAR, 'car', { ...CAR, vehicle_id: 7 }, { ...CAR, timestamp: 'soon' }]
  const message = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, items }), (topic, error) => {
    refused.push(`${topic} ${error.field}`)
  })
  expect(message).toMatchObject({ change: { changed: [{ id: 'car-1' }] } })
  expect(refused).toEqual(['vehicles latitude', 'vehicles vehicle', 'vehicles vehicle_id', 'vehicles timestamp'])
})

test('what was not sent is null, not 0', () => {
  const sent = { ...CAR, speed_kmh: null, road_id: null, stale: null }
  const message = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, items: [sent] }), refuse)
  expect(message).toMatchObject({ change: { changed: [{ speedKmh: null, roadId: null, stale: false }] } })
})

test('words of a later gateway are read as other, unknown or last-known', () => {
  const later = { ...CAR, vehicle_type: 'hovercraft' }
  const vehicles = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, source: 'oracle', items: [later] }), refuse)
  expect(vehicles).toMatchObject({ change: { freshness: { source: 'last-known' }, changed: [{ type: 'other' }] } })
  const jelly = road('road-1', 'jelly')
  const roads = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, topic: 'traffic', items: [jelly] }), refuse)
  expect(roads).toMatchObject({ change: { changed: [{ level: 'unknown' }] } })
})

test('the steps of an incident are in the order of their times', () => {
  const item = {
    ...incident('fire-1', 4),
    history: { dispatched: '2026-11-28T08:01:00Z', reported: '2026-11-28T08:00:00Z', astonished: 'x' },
  }
  const message = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, topic: 'emergencies', items: [item] }), refuse)
  expect(message).toMatchObject({ change: { changed: [{ steps: [{ status: 'reported' }, { status: 'dispatched' }] }] } })
})

test('an incident without a place is read', () => {
  const item = { ...incident('fire-1', 4), latitude: null, longitude: null }
  const message = readMessage(JSON.stringify({ type: 'snapshot', ...HEAD, topic: 'emergencies', items: [item] }), refuse)
  expect(message).toMatchObject({ change: { changed: [{ at: null }] } })
})

test('answers, heartbeats, problems and what a later gateway says are told apart', () => {
  const read = (message: object) => readMessage(JSON.stringify(message), refuse)
  expect(read({ type: 'subscription', seq: 1, id: 'map', rates_ms: {}, resumed: ['vehicles'] })).toMatchObject({
    type: 'subscription',
    resumed: ['vehicles'],
  })
  expect(read({ type: 'heartbeat', seq: 2, time: '2026-11-28T08:00:00Z', source: 'batch' })).toMatchObject({
    type: 'heartbeat',
    source: 'batch',
  })
  expect(read({ type: 'problem', seq: 3, problem: { status: 429, detail: 'too many', title: 'x' } })).toMatchObject({
    type: 'problem',
    status: 429,
    field: null,
  })
  expect(read({ type: 'greeting', seq: 4 })).toEqual({ type: 'unknown', seq: 4, named: 'greeting' })
})

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['no number of its own', '{"type":"heartbeat"}'],
  ['a topic that is not known', JSON.stringify({ type: 'snapshot', ...HEAD, topic: 'gossip', items: [] })],
  ['no list of items', JSON.stringify({ type: 'snapshot', ...HEAD, items: {} })],
])('a message with %s is malformed', (_, raw) => {
  expect(() => readMessage(raw, refuse)).toThrow(Malformed)
})
