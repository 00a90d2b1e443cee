import { expect, test } from 'vitest'

import { readIncident } from '../contract/incident.ts'
import { readRoad } from '../contract/road.ts'
import { CAR, incident, road } from '../contract/samples.ts'
import { readStation } from '../contract/station.ts'
import { readVehicle } from '../contract/vehicle.ts'
import { withChanges } from './live.ts'
import { asOf, backToLive, dayOf, isOfLastDay, lookingBack, pastLive, stepped, withFailure, withPicture } from './past.ts'
import { START, withNews, type CityState } from './store.ts'

const AT_MS = Date.UTC(2026, 10, 28, 8)
const MINUTE_MS = 60_000
const NOW_MS = AT_MS + 34 * MINUTE_MS
const FRESH = { asOfMs: NOW_MS, source: 'speed' } as const
const RAINY = { station_id: 's', name: 'Mill', latitude: 48, longitude: 11, temperature_c: 3, condition: 'rain', stale: true }

const live = withChanges(START.live, [
  { topic: 'traffic', whole: true, changed: [readRoad(road('a', 'free')), readRoad(road('b', 'free'))], removed: [], freshness: FRESH },
  { topic: 'vehicles', whole: true, changed: [readVehicle(CAR)], removed: [], freshness: FRESH },
  { topic: 'weather', whole: true, changed: [readStation(RAINY)], removed: [], freshness: FRESH },
])
const NOW: CityState = { ...START, live, shown: live }
const VAN = { id: 'gone', type: null, timeMs: AT_MS + 59_000, lon: 11.1, lat: 48.2, meanSpeedKmh: 12 }
const PICTURE = {
  roads: { endMs: AT_MS + 300_000, roads: [readRoad(road('a', 'jammed'))] },
  vehicles: { endMs: AT_MS + MINUTE_MS, vehicles: [VAN, { ...VAN, id: 'car-1' }] },
}
const COURSE = readIncident({
  ...incident('i', 4),
  status: 'resolved',
  timestamp: '2026-11-28T08:30:00Z',
  unit_id: 'amb-1',
  hospital_id: 'h',
  history: {
    reported: '2026-11-28T07:50:00Z',
    dispatched: '2026-11-28T07:55:00Z',
    on_scene: '2026-11-28T08:05:00Z',
    transporting: '2026-11-28T08:15:00Z',
    resolved: '2026-11-28T08:30:00Z',
  },
  dispatch_s: 300,
  response_s: 900,
})

test('steps are of five minutes by the clock, within the last day', () => {
  expect(stepped(AT_MS, 1, NOW_MS)).toBe(AT_MS + 5 * MINUTE_MS)
  expect(stepped(AT_MS + 2 * MINUTE_MS, 1, NOW_MS)).toBe(AT_MS + 5 * MINUTE_MS)
  expect(stepped(AT_MS + 2 * MINUTE_MS, -1, NOW_MS)).toBe(AT_MS)
  expect(stepped(AT_MS + 30 * MINUTE_MS, 1, NOW_MS)).toBe(AT_MS + 30 * MINUTE_MS)
  expect(stepped(dayOf(NOW_MS).fromMs, -1, NOW_MS)).toBe(dayOf(NOW_MS).fromMs)
  expect(dayOf(NOW_MS)).toEqual({ fromMs: AT_MS + 35 * MINUTE_MS - 86_400_000, toMs: AT_MS + 35 * MINUTE_MS })
})

test('a link may tell of the last day alone', () => {
  expect([NOW_MS, NOW_MS - 86_400_000].map((ms) => isOfLastDay(ms, NOW_MS))).toEqual([true, true])
  expect([NOW_MS + 1, NOW_MS - 86_400_001].map((ms) => isOfLastDay(ms, NOW_MS))).toEqual([false, false])
})

test.each([
  ['07:49', null],
  ['07:50', { status: 'reported', unitId: null, hospitalId: null, dispatchS: null, responseS: null }],
  ['08:00', { status: 'dispatched', unitId: 'amb-1', hospitalId: null, dispatchS: 300, responseS: null }],
  ['08:10', { status: 'on_scene', unitId: 'amb-1', hospitalId: null, responseS: 900 }],
  ['08:20', { status: 'transporting', hospitalId: 'h', timeMs: Date.UTC(2026, 10, 28, 8, 15) }],
  ['08:30', null],
])('at %s an incident was known so far', (clock, known) => {
  const found = asOf(COURSE, Date.parse(`2026-11-28T${clock}:00Z`))
  if (known === null) expect(found).toBeNull()
  else expect(found).toMatchObject(known)
  expect(found?.steps.map(({ timeMs }) => timeMs <= Date.parse(`2026-11-28T${clock}:00Z`)) ?? []).not.toContain(false)
})

test('an incident whose steps got lost has its last word', () => {
  const lost = readIncident({ ...incident('i', 4), history: {} })
  expect(asOf(lost, AT_MS)).toMatchObject({ status: 'reported', unitId: null })
  expect(asOf(lost, AT_MS - 1)).toBeNull()
  expect(asOf({ ...lost, status: 'cancelled' }, AT_MS)).toBeNull()
})

test('the city of a past time has nothing of now but places', () => {
  const { traffic, vehicles, emergencies, weather } = pastLive(live, PICTURE, [COURSE], AT_MS)
  expect([...traffic.things.values()].map(({ id, level }) => [id, level])).toEqual([['a', 'jammed'], ['b', 'unknown']])
  expect(traffic.things.get('b')?.meanSpeedKmh).toBeNull()
  expect(vehicles.things.get('gone')).toMatchObject({ type: 'other', speedKmh: 12, headingDeg: null, lon: 11.1, stale: false })
  expect(vehicles.things.get('car-1')?.type).toBe('car')
  expect(emergencies.things.get('i')?.status).toBe('dispatched')
  expect(weather.things.get('s')).toEqual({
    ...readStation({ station_id: 's', name: 'Mill', latitude: 48, longitude: 11 }),
  })
})

test('until a past time is known what was shown stands still, and what the stream tells changes nothing of it', () => {
  const asked = { ...NOW, ...lookingBack({ ...NOW, view: { ...NOW.view, follows: true } }, AT_MS) }
  expect(asked).toMatchObject({ past: { atMs: AT_MS, answer: { status: 'loading' } }, view: { follows: false } })
  const later = { ...asked, ...withNews(asked, [{ topic: 'vehicles', whole: true, changed: [], removed: [], freshness: FRESH }]) }
  expect(later.shown.vehicles.things.size).toBe(1)
  const known = { ...later, ...withPicture(later, AT_MS, PICTURE, []) }
  expect(known.past?.answer.status).toBe('known')
  expect(known.shown.vehicles.things.size).toBe(2)
  const back = { ...known, ...backToLive(known) }
  expect(back.past).toBeNull()
  expect(back.shown).toBe(later.live)
})

test('an answer of another time changes nothing', () => {
  const asked = { ...NOW, ...lookingBack(NOW, AT_MS) }
  expect(withPicture(asked, AT_MS + MINUTE_MS, PICTURE, [])).toEqual({})
  expect(withFailure(asked, AT_MS + MINUTE_MS, { why: 'away' })).toEqual({})
  expect(withPicture(NOW, AT_MS, PICTURE, [])).toEqual({})
})

test('of a time that can not be had nothing is shown', () => {
  const asked = { ...NOW, ...lookingBack(NOW, AT_MS, true) }
  const failed = { ...asked, ...withFailure(asked, AT_MS, { why: 'away' }) }
  expect(failed).toMatchObject({ past: { isPlaying: false, answer: { status: 'failed', failure: { why: 'away' } } } })
  expect(failed.shown.vehicles).toEqual({ things: new Map(), freshness: null })
})
