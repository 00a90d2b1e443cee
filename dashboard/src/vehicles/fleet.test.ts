import { expect, test } from 'vitest'

import { Fleet } from './fleet.ts'
import type { VehicleFix } from './protocol.ts'
import { halfLengthPx, stepped } from './sizes.ts'

function fix(id: string, x: number, timeMs: number, more: Partial<VehicleFix> = {}): VehicleFix {
  return { id, type: 'car', x, y: 0.35, headingDeg: null, timeMs, stale: false, ...more }
}

test('vehicles come, move and go', () => {
  const fleet = new Fleet()
  fleet.take([fix('a', 0.5, 0), fix('b', 0.5, 0)], [], 0)
  expect(fleet.isMoving(1)).toBe(false)
  fleet.take([fix('a', 0.500_000_5, 2_000)], ['b'], 2_000)
  expect(fleet.isMoving(2_001)).toBe(true)
  expect(fleet.isMoving(60_000)).toBe(false)
  expect([...fleet.all].map(({ id }) => id)).toEqual(['a'])
})

test('one that is only told to be stale stays on its way', () => {
  const fleet = new Fleet()
  fleet.take([fix('a', 0.5, 0)], [], 0)
  fleet.take([fix('a', 0.500_000_5, 2_000)], [], 2_000)
  const motion = fleet.get('a')?.motion
  fleet.take([fix('a', 0.500_000_5, 2_000, { stale: true })], [], 3_000)
  expect(fleet.get('a')?.motion).toBe(motion)
  expect(fleet.get('a')?.stale).toBe(true)
})

test('who does not want movement sees each position at once', () => {
  const fleet = new Fleet()
  fleet.glides = false
  fleet.take([fix('a', 0.5, 0)], [], 0)
  fleet.take([fix('a', 0.500_000_5, 2_000)], [], 2_000)
  expect(fleet.isMoving(2_001)).toBe(false)
})

test('who brings help lies above the others', () => {
  const fleet = new Fleet()
  fleet.take([fix('a', 0.5, 0, { type: 'ambulance' }), fix('b', 0.5, 0), fix('c', 0.5, 0, { type: 'bus' })], [], 0)
  expect(fleet.ranks.map((rank) => [...rank.keys()])).toEqual([['b'], ['c'], ['a']])
})

test('vehicles grow with the zoom, and help is larger than cars', () => {
  for (let zoom = 5; zoom < 20; zoom += 0.5) {
    expect(halfLengthPx(zoom, 0)).toBeLessThanOrEqual(halfLengthPx(zoom + 0.5, 0))
    expect(halfLengthPx(zoom, 0)).toBeLessThan(halfLengthPx(zoom, 2))
  }
})

test('few sizes are drawn, each close to what is wanted', () => {
  for (let px = 1; px < 30; px += 0.3) expect(stepped(px) / px).toBeCloseTo(1, 0)
  expect(new Set(Array.from({ length: 300 }, (_, at) => stepped(1 + at / 10))).size).toBeLessThan(25)
})
