import { expect, test } from 'vitest'

import { CAR } from '../contract/samples.ts'
import { readTrack, type TrackPoint } from '../contract/track.ts'
import { readVehicle, type Vehicle } from '../contract/vehicle.ts'
import { TRAIL_MS, extended, stretches, trailOf, withPast, type Trail } from './trail.ts'

const MINUTE_MS = 60_000
const NOW_MS = 100 * MINUTE_MS

function at(minute: number): Vehicle {
  return { ...readVehicle(CAR), timeMs: NOW_MS + minute * MINUTE_MS, lon: 11 + minute / 1_000 }
}

function points(...minutes: number[]): readonly TrackPoint[] {
  return minutes.map((minute) => ({ lon: 11 + minute / 1_000, lat: 48, timeMs: NOW_MS + minute * MINUTE_MS }))
}

function trail(...minutes: number[]): Trail {
  return { id: 'a', past: 'there', points: points(...minutes) }
}

function minutesOf({ points: some }: { readonly points: readonly TrackPoint[] }): readonly number[] {
  return some.map(({ timeMs }) => (timeMs - NOW_MS) / MINUTE_MS)
}

test('a trail grows with each word, and is an hour long', () => {
  const grown = extended(extended(trailOf(at(0)), at(1)), at(61))
  expect(minutesOf(grown)).toEqual([1, 61])
  expect(extended(grown, at(5))).toBe(grown)
  expect(TRAIL_MS).toBe(60 * MINUTE_MS)
})

test('what was before somebody looked goes before what was seen since', () => {
  const whole = withPast(extended(trailOf(at(0)), at(1)), points(-2, -1, 0, 1))
  expect(minutesOf(whole)).toEqual([-2, -1, 0, 1])
  expect(whole.past).toBe('there')
})

test('a trail pales with its age, and its stretches meet', () => {
  const minutes = Array.from({ length: 46 }, (_, minute) => minute - 45)
  const found = stretches(trail(...minutes))
  expect(found.map(({ age }) => age)).toEqual([2, 1, 0])
  expect(minutesOf(found[0] ?? { points: [] }).at(-1)).toBe(-31)
  expect(minutesOf(found[1] ?? { points: [] })[0]).toBe(-31)
  expect(minutesOf(found[2] ?? { points: [] }).at(-1)).toBe(-1)
})

test('a trail is cut where nothing was heard for long, and nothing is drawn of one point', () => {
  expect(stretches(trail(-9, -8, -3, -2, -1)).map(minutesOf)).toEqual([[-9, -8], [-3, -2]])
  expect(stretches(trail(0))).toEqual([])
  expect(stretches(trail(-1, 0))).toEqual([])
})

test('a track is read point by point', () => {
  const point = { timestamp: '1970-01-01T00:00:01Z', longitude: 11, latitude: 48, positions: 3, mean_speed_kmh: null }
  expect(readTrack({ points: [point] })).toEqual([{ lon: 11, lat: 48, timeMs: 1_000 }])
  expect(() => readTrack({ points: [{ ...point, longitude: 'east' }] })).toThrow('longitude')
})
