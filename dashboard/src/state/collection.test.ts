import { expect, test } from 'vitest'

import type { Freshness } from '../contract/message.ts'
import { readVehicle, type Vehicle } from '../contract/vehicle.ts'
import { CAR } from '../contract/samples.ts'
import { applied, difference, nothing } from './collection.ts'

const LIVE: Freshness = { asOfMs: 1, source: 'speed' }

function vehicle(id: string, speedKmh = 10): Vehicle {
  return { ...readVehicle(CAR), id, speedKmh }
}

function known(...vehicles: Vehicle[]) {
  return applied<'vehicles'>(nothing(), { whole: true, changed: vehicles, removed: [], freshness: LIVE })
}

test('a snapshot takes the place of all that was known', () => {
  const after = applied<'vehicles'>(known(vehicle('a'), vehicle('b')), {
    whole: true,
    changed: [vehicle('c')],
    removed: [],
    freshness: LIVE,
  })
  expect([...after.things.keys()]).toEqual(['c'])
})

test('a delta changes some, takes some away and leaves the others as they were', () => {
  const before = known(vehicle('a'), vehicle('b'), vehicle('c'))
  const after = applied<'vehicles'>(before, {
    whole: false,
    changed: [vehicle('b', 50), vehicle('d')],
    removed: ['c', 'never-there'],
    freshness: { asOfMs: 2, source: 'batch' },
  })
  expect([...after.things.keys()]).toEqual(['a', 'b', 'd'])
  expect(after.things.get('b')?.speedKmh).toBe(50)
  expect(after.things.get('a')).toBe(before.things.get('a'))
  expect(after.freshness).toEqual({ asOfMs: 2, source: 'batch' })
  expect([...before.things.keys()]).toEqual(['a', 'b', 'c'])
})

test('a delta before any snapshot is no state', () => {
  const before = nothing<Vehicle>()
  expect(applied<'vehicles'>(before, { whole: false, changed: [vehicle('a')], removed: [], freshness: LIVE })).toBe(before)
})

test('a delta that goes on where the client was is applied to what it had', () => {
  const before = known(vehicle('a'), vehicle('b'))
  const after = applied<'vehicles'>(before, { whole: false, changed: [], removed: ['a'], freshness: LIVE })
  expect([...after.things.keys()]).toEqual(['b'])
})

test('a delta of nothing keeps the things, and tells how fresh they are', () => {
  const before = known(vehicle('a'))
  const after = applied<'vehicles'>(before, { whole: false, changed: [], removed: [], freshness: { asOfMs: 9, source: 'speed' } })
  expect(after.things).toBe(before.things)
  expect(after.freshness?.asOfMs).toBe(9)
})

test('a difference leads from one state to the next', () => {
  const before = known(vehicle('a'), vehicle('b'), vehicle('c')).things
  const after = new Map(before)
  after.delete('a')
  after.set('b', vehicle('b', 99))
  after.set('d', vehicle('d'))
  const { changed, removed } = difference(before, after)
  expect(changed.map(({ id }) => id)).toEqual(['b', 'd'])
  expect(removed).toEqual(['a'])
})
