import { expect, test, vi } from 'vitest'

import type { AnyChange } from '../contract/message.ts'
import { CAR } from '../contract/samples.ts'
import { readVehicle } from '../contract/vehicle.ts'
import { Frames } from './frames.ts'

function delta(ids: string[], removed: string[] = [], whole = false, speedKmh = 1): AnyChange {
  return {
    topic: 'vehicles',
    whole,
    changed: ids.map((id) => ({ ...readVehicle(CAR), id, speedKmh })),
    removed,
    freshness: { asOfMs: speedKmh, source: 'speed' },
  }
}

function frames() {
  const told = vi.fn<(changes: readonly AnyChange[]) => void>()
  let next: (() => void) | undefined
  const soon = vi.fn((what: () => void) => {
    next = what
  })
  return { told, soon, frames: new Frames(told, soon), draw: () => next?.() }
}

test('what comes between two frames is told once, and the last word wins', () => {
  const { told, soon, frames: all, draw } = frames()
  all.take(delta(['a', 'b'], [], false, 1))
  all.take(delta(['a'], ['b'], false, 2))
  expect(soon).toHaveBeenCalledTimes(1)
  expect(told).not.toHaveBeenCalled()
  draw()
  expect(told).toHaveBeenCalledTimes(1)
  expect(told.mock.lastCall?.[0]).toMatchObject([
    { whole: false, changed: [{ id: 'a', speedKmh: 2 }], removed: ['b'], freshness: { asOfMs: 2 } },
  ])
})

test('a snapshot forgets what came before it, and a delta after it counts', () => {
  const { told, frames: all, draw } = frames()
  all.take(delta(['a']))
  all.take(delta(['b', 'c'], [], true))
  all.take(delta(['d'], ['c']))
  draw()
  expect(told.mock.lastCall?.[0]).toMatchObject([{ whole: true, changed: [{ id: 'b' }, { id: 'd' }] }])
})

test('what is gone and comes again is there', () => {
  const { told, frames: all, draw } = frames()
  all.take(delta([], ['a']))
  all.take(delta(['a']))
  draw()
  expect(told.mock.lastCall?.[0]).toMatchObject([{ changed: [{ id: 'a' }], removed: [] }])
})
