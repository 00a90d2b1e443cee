import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { lookBack } from '../../app/past.ts'
import { readForecast } from '../../contract/forecast.ts'
import { forecast, noForecast } from '../../contract/samples.ts'
import { withFailure } from '../../state/past.ts'
import { START, city, withNews } from '../../state/store.ts'
import { Age } from '../Age.tsx'
import { MapControls } from '../MapControls.tsx'
import { StateChip } from '../StateChip.tsx'
import { Timeline } from './Timeline.tsx'

const AT_MS = Date.UTC(2026, 10, 27, 20)
const WINDOW = { startMs: AT_MS, endMs: AT_MS + 300_000, readings: 3, vehicles: 9, meanSpeedKmh: 31.4, level: null }

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 8, 7) })
  lookBack(AT_MS)
  city.setState(({ past }) =>
    past === null ? {} : { past: { ...past, history: { fromMs: AT_MS, toMs: AT_MS + 300_000, windows: [WINDOW] } } },
  )
})

afterEach(() => {
  cleanup()
  city.setState(START, true)
  vi.useRealTimers()
})

function at(): string {
  return new Date(city.getState().past?.atMs ?? 0).toISOString().slice(0, 16)
}

test('it tells the time and the speed, and keys move it', () => {
  render(<Timeline />)
  const slider = screen.getByRole('slider', { name: 'Time of the last 24 hours' })
  expect(screen.getByTestId('timeline-time').textContent).toBe('Yesterday, Fri 27 Nov20:00')
  expect(slider.getAttribute('aria-valuetext')).toBe('Yesterday, 20:00, mean speed 31\u00a0km/h')
  fireEvent.keyDown(slider, { key: 'ArrowRight' })
  expect(at()).toBe('2026-11-27T20:05')
  expect(slider.getAttribute('aria-valuetext')).toBe('Yesterday, 20:05, no speed measured')
  fireEvent.keyDown(slider, { key: 'PageDown' })
  expect(at()).toBe('2026-11-27T19:05')
  fireEvent.keyDown(slider, { key: 'Home' })
  expect(at()).toBe('2026-11-27T08:10')
  fireEvent.keyDown(slider, { key: 'End' })
  expect(at()).toBe('2026-11-28T08:05')
  expect(screen.getByRole('button', { name: '5 minutes on' })).toHaveProperty('disabled', true)
})

function tell(...forecasts: readonly object[]): void {
  const freshness = { asOfMs: Date.UTC(2026, 10, 28, 8), source: 'speed' } as const
  const told = { topic: 'predictions', whole: true, changed: forecasts.map(readForecast), removed: [], freshness } as const
  act(() => {
    city.setState((state) => withNews(state, [told]))
  })
}

test('after now there are four stops, by keys and by buttons', () => {
  tell(forecast('a'))
  render(<Timeline />)
  const slider = screen.getByRole('slider')
  fireEvent.keyDown(slider, { key: 'End' })
  expect(city.getState().past?.ahead).toBe(60)
  expect(screen.getByTestId('timeline-time').textContent).toBe('+60 min, forecast09:00')
  expect(slider.getAttribute('aria-valuetext')).toBe('+60 min, forecast for 09:00')
  expect(screen.getByRole('status').textContent).toBe('Roads as forecast. Incidents are of now; vehicles are not shown.')
  expect(screen.getByRole('button', { name: 'Further ahead' })).toHaveProperty('disabled', true)
  expect(screen.getByRole('button', { name: 'Play' })).toHaveProperty('disabled', true)
  for (const minutes of [30, 15, 5]) {
    fireEvent.keyDown(slider, { key: 'ArrowLeft' })
    expect(city.getState().past?.ahead).toBe(minutes)
  }
  fireEvent.click(screen.getByRole('button', { name: 'Less far ahead' }))
  expect(city.getState().past?.ahead).toBeNull()
  expect(at()).toBe('2026-11-28T08:05')
  fireEvent.click(screen.getByRole('button', { name: 'Further ahead' }))
  expect(city.getState().past?.ahead).toBe(5)
})

test.each([
  ['No forecasts known', null],
  ['No road has a forecast', [noForecast('a', 'outage')]],
  ['Forecasts are too old', [forecast('a', { stale: true })]],
])('why nothing is ahead is said: %s', (words, forecasts) => {
  if (forecasts !== null) tell(...forecasts)
  render(<Timeline />)
  expect(screen.getByTestId('timeline').textContent).toContain(`After now: ${words.toLowerCase()}.`)
  expect(document.querySelector('.timeline-side')?.textContent).toBe(words)
  fireEvent.keyDown(screen.getByRole('slider'), { key: 'End' })
  expect(at()).toBe('2026-11-28T08:05')
  expect(city.getState().past?.ahead).toBeNull()
})

test('what is chosen stays chosen when one leaves it', () => {
  render(<Timeline />)
  const slider = screen.getByRole('slider')
  fireEvent.focus(slider)
  fireEvent.pointerMove(slider, { movementX: 5, clientX: 5 })
  fireEvent.pointerLeave(slider)
  fireEvent.blur(slider)
  expect(at()).toBe('2026-11-27T20:00')
})

test('buttons step, play and lead back to now, to where it was opened', () => {
  render(
    <>
      <MapControls />
      <Timeline />
    </>,
  )
  fireEvent.click(screen.getByRole('button', { name: '5 minutes back' }))
  expect(at()).toBe('2026-11-27T19:55')
  fireEvent.click(screen.getByRole('button', { name: 'Play' }))
  expect(city.getState().past?.isPlaying).toBe(true)
  fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
  expect(city.getState().past?.isPlaying).toBe(false)
  const live = screen.getByRole('button', { name: 'Back to live' })
  live.focus()
  fireEvent.click(live)
  expect(screen.queryByTestId('timeline')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Last 24 hours' }))
})

test('why a time can not be had is said', () => {
  city.setState((state) => withFailure(state, AT_MS, { why: 'away' }))
  render(<Timeline />)
  expect(screen.getByRole('status').textContent).toBe('The speed layer is away, and with it the past.')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(city.getState().past?.answer.status).toBe('loading')
})

test('ages are of the time that is looked at, and the chip says that it is past', () => {
  render(
    <>
      <Age ms={AT_MS - 120_000} />
      <StateChip />
    </>,
  )
  expect(document.querySelector('time')?.textContent).toBe('2\u00a0min ago')
  expect(screen.getByTestId('state-chip').textContent).toBe('Past')
})
