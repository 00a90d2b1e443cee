import { expect, test } from 'vitest'

import { CAR } from '../contract/samples.ts'
import { readVehicle, type Vehicle, type VehicleType } from '../contract/vehicle.ts'
import { byLoudness, countByType, listedTypes } from './vehicles.ts'
import { START_VIEW, hasCard, selected, stacked, typeToggled } from './view.ts'

function vehicle(id: string, type: VehicleType): Vehicle {
  return { ...readVehicle(CAR), id, type }
}

test('types that are there are listed, who brings help first, and those that are hidden stay in the list', () => {
  const counts = countByType([vehicle('a', 'car'), vehicle('b', 'bus'), vehicle('c', 'car'), vehicle('d', 'ambulance')])
  expect([...counts]).toEqual([['car', 2], ['bus', 1], ['ambulance', 1]])
  expect(listedTypes(counts, ['tram'])).toEqual(['ambulance', 'bus', 'tram', 'car'])
})

test('before anything has reported the list says what the shapes mean', () => {
  expect(listedTypes(new Map(), [])).toContain('ambulance')
})

test('vehicles that lie on each other are listed as they lie', () => {
  const names = byLoudness([vehicle('b', 'car'), vehicle('a', 'car'), vehicle('z', 'police')]).map(({ id }) => id)
  expect(names).toEqual(['z', 'a', 'b'])
})

test('a type is hidden and shown again', () => {
  const hidden = typeToggled(START_VIEW, 'bus')
  expect(hidden.hiddenTypes).toEqual(['bus'])
  expect(typeToggled(hidden, 'bus').hiddenTypes).toEqual([])
})

test('a list of vehicles is a card of its own, until one of them is chosen', () => {
  const list = stacked(selected(START_VIEW, { kind: 'road', id: 'r' }), ['a', 'b'])
  expect(list).toMatchObject({ selection: null, stack: ['a', 'b'], tab: 'selected' })
  expect(hasCard(list)).toBe(true)
  expect(selected(list, { kind: 'vehicle', id: 'a' }).stack).toBeNull()
  expect(hasCard(selected(list, null))).toBe(false)
})
