import { expect, test } from 'vitest'

import { readIncident, type Incident, type IncidentStatus } from '../contract/incident.ts'
import { incident } from '../contract/samples.ts'
import { RESPONSES, lifeOf, spanOf, waitsSinceMs } from './incident.ts'

function of(status: IncidentStatus, minutes: Partial<Record<IncidentStatus, number>>, more: object = {}): Incident {
  const history = Object.fromEntries(
    Object.entries(minutes).map(([one, minute]) => [one, new Date(Date.UTC(2026, 10, 28, 8, minute)).toISOString()]),
  )
  return readIncident({ ...incident('i', 4), status, history, ...more })
}

function told(one: Incident): readonly (readonly [string, string, number | null])[] {
  return lifeOf(one).map(({ status, state, tookS }) => [status, state, tookS])
}

test('a life is told in order: what was, what is, and what comes', () => {
  expect(told(of('en_route', { en_route: 3, reported: 0, dispatched: 1 }))).toEqual([
    ['reported', 'reached', 60],
    ['dispatched', 'reached', 120],
    ['en_route', 'present', null],
    ['on_scene', 'ahead', null],
    ['transporting', 'ahead', null],
    ['resolved', 'ahead', null],
  ])
})

test('a step that nobody told of is missing, and how long it took is not made up', () => {
  expect(told(of('on_scene', { reported: 0, on_scene: 9 })).slice(0, 4)).toEqual([
    ['reported', 'reached', null],
    ['dispatched', 'missed', null],
    ['en_route', 'missed', null],
    ['on_scene', 'present', null],
  ])
})

test('who was brought nowhere did not miss a transport', () => {
  const resolved = { reported: 0, dispatched: 1, en_route: 2, on_scene: 5, resolved: 20 }
  expect(told(of('resolved', resolved)).slice(-2)).toEqual([['on_scene', 'reached', 900], ['resolved', 'present', null]])
  expect(told(of('resolved', resolved, { hospital_id: 'h' })).slice(-2)).toEqual([
    ['transporting', 'missed', null],
    ['resolved', 'present', null],
  ])
})

test('what was cancelled ends with that', () => {
  expect(told(of('cancelled', { reported: 0, dispatched: 1, cancelled: 4 }))).toEqual([
    ['reported', 'reached', 60],
    ['dispatched', 'reached', 180],
    ['cancelled', 'present', null],
  ])
})

test('clocks that disagree do not make a step shorter than nothing', () => {
  expect(told(of('dispatched', { reported: 2, dispatched: 1 }))[0]).toEqual(['reported', 'reached', 0])
})

test('one that nobody was sent to waits since it was reported', () => {
  expect(waitsSinceMs(of('reported', { reported: 7 }))).toBe(Date.UTC(2026, 10, 28, 8, 7))
  expect(waitsSinceMs(of('reported', { reported: 7 }, { unit_id: 'fire-1' }))).toBeNull()
  expect(waitsSinceMs(of('dispatched', { reported: 7, dispatched: 8 }))).toBeNull()
})

test('a time is told as it was, else runs while it may still end, else is not known', () => {
  const spans = (one: Incident) => RESPONSES.map((response) => spanOf(one, response))
  const sinceMs = Date.UTC(2026, 10, 28, 8)
  expect(spans(of('reported', { reported: 0 }))).toEqual([{ sinceMs }, { sinceMs }, { sinceMs }])
  expect(spans(of('en_route', { reported: 0, en_route: 2 }))).toEqual([null, { sinceMs }, { sinceMs }])
  expect(spans(of('on_scene', { reported: 0, on_scene: 4 }, { response_s: 240 }))).toEqual([null, { tookS: 240 }, { sinceMs }])
  expect(spans(of('on_scene', { on_scene: 4 }))).toEqual([null, null, null])
  expect(spans(of('cancelled', { reported: 0, cancelled: 2 }))).toEqual([null, null, null])
})
