import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readRoad } from '../../contract/road.ts'
import { road, usual, usualHour } from '../../contract/samples.ts'
import { readUsual } from '../../contract/usual.ts'
import { lookingBack } from '../../state/past.ts'
import { START, city, setView } from '../../state/store.ts'
import { RoadUsual } from './RoadUsual.tsx'

/** A Saturday; 09:30 in Berlin. */
const NOW_MS = Date.UTC(2026, 10, 28, 8, 30)
const HOUR_MS = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS })
})

afterEach(() => {
  cleanup()
  city.setState(START, true)
  vi.useRealTimers()
})

function show(meanSpeedKmh: number | null, ...hours: readonly object[]): void {
  const profile = readUsual(usual('Europe/Berlin', ...hours), () => undefined)
  city.setState({ usual: new Map([['r', profile]]) })
  render(<RoadUsual id="r" road={measured(meanSpeedKmh, NOW_MS)} />)
}

function measured(meanSpeedKmh: number | null, endMs: number) {
  const window = { window_start: new Date(endMs - 300_000).toISOString(), window_end: new Date(endMs).toISOString() }
  return readRoad({ ...road('r', 'light'), ...window, mean_speed_kmh: meanSpeedKmh })
}

function told(): string | null {
  return screen.queryByTestId('road-usual')?.textContent ?? null
}

test.each([
  [34.4, 'Slower than usual'],
  // As it is written, it is at the end of the band.
  [34.6, 'As usual'],
  [50.4, 'As usual'],
  [50.6, 'Faster than usual'],
])('at %d km/h a road is told to be: %s', (speed, words) => {
  show(speed, usualHour(6, 9, 45))
  expect(told()).toBe(`Usual for this time: 45\u00a0km/h (35–50)${words}`)
})

test('it is told in the units that are read', () => {
  act(() => {
    setView((view) => ({ ...view, units: 'imperial' }))
  })
  show(20, usualHour(6, 9, 45))
  expect(told()).toBe('Usual for this time: 28\u00a0mph (22–31)Slower than usual')
})

test('of another hour than this, of one without speeds and of no profile nothing is told', () => {
  show(40, usualHour(6, 8, 45), usualHour(5, 9, 45))
  expect(told()).toBeNull()
  cleanup()
  show(40, usualHour(6, 9, null))
  expect(told()).toBeNull()
  cleanup()
  show(40)
  expect(told()).toBeNull()
  cleanup()
  city.setState({ usual: new Map() })
  render(<RoadUsual id="r" road={measured(40, NOW_MS)} />)
  expect(told()).toBeNull()
})

test('without a speed, or with one of long ago, there is nothing to compare', () => {
  const line = 'Usual for this time: 45\u00a0km/h (35–50)'
  show(null, usualHour(6, 9, 45))
  expect(told()).toBe(line)
  cleanup()
  render(<RoadUsual id="r" road={measured(40, NOW_MS - HOUR_MS - 1)} />)
  expect(told()).toBe(line)
  cleanup()
  render(<RoadUsual id="r" road={undefined} />)
  expect(told()).toBe(line)
})

test('a median without a band is told, and nothing is held against it', () => {
  show(40, { ...usualHour(6, 9, 45), low_speed_kmh: null })
  expect(told()).toBe('Usual for this time: 45\u00a0km/h')
})

test('the hour is that of the time that is looked at, and goes on with it', () => {
  show(40, usualHour(6, 8, 30), usualHour(6, 9, 45), usualHour(6, 10, 60))
  expect(told()).toMatch(/^Usual for this time: 45\u00a0/)
  act(() => {
    vi.advanceTimersByTime(HOUR_MS / 2)
  })
  expect(told()).toMatch(/^Usual for this time: 60\u00a0/)
  act(() => {
    city.setState((state) => lookingBack(state, NOW_MS - HOUR_MS))
  })
  expect(told()).toMatch(/^Usual for this time: 30\u00a0/)
})
