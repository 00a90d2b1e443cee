import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readForecast } from '../../contract/forecast.ts'
import { readRoad } from '../../contract/road.ts'
import { forecast, road, usual, usualHour } from '../../contract/samples.ts'
import { readUsual } from '../../contract/usual.ts'
import { START, city } from '../../state/store.ts'
import { RoadLastDay } from './RoadLastDay.tsx'

const fetch = vi.fn<typeof globalThis.fetch>()
const NOW_MS = Date.UTC(2026, 10, 28, 8, 5)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS })
  vi.stubGlobal('fetch', fetch)
})

afterEach(() => {
  cleanup()
  city.setState(START, true)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
})

function window(start: string, end: string, meanSpeedKmh: number | null): object {
  return {
    window_start: `2026-11-28T${start}:00Z`,
    window_end: `2026-11-28T${end}:00Z`,
    vehicles: 12,
    mean_speed_kmh: meanSpeedKmh,
    congestion: { level: 'light', ratio: 0.6 },
  }
}

function answers(status: number, body: object): void {
  fetch.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })))
}

function known(...windows: object[]): object {
  return { from: '2026-11-27T08:05:00Z', to: '2026-11-28T08:05:00Z', windows }
}

async function show(): Promise<void> {
  render(<RoadLastDay id="road/1" freeFlowKmh={50} timeZone="UTC" />)
  await act(() => vi.advanceTimersByTimeAsync(0))
}

function windowCame(endMs: number): void {
  const times = { window_start: new Date(endMs - 300_000).toISOString(), window_end: new Date(endMs).toISOString() }
  const measured = readRoad({ ...road('road/1', 'free'), ...times })
  act(() => {
    city.setState(({ live }) => ({ live: { ...live, traffic: { ...live.traffic, things: new Map([['road/1', measured]]) } } }))
  })
}

test('a day is told in words, and keys lead from window to window', async () => {
  answers(200, known(window('07:50', '07:55', 20), window('08:00', '08:05', 40)))
  await show()
  const chart = screen.getByRole('slider')
  expect(screen.getByTestId('day-figures').textContent).toMatch(/Slowest20\u00a0km\/h at 07:50Fastest40\u00a0km\/h at 08:00/)
  expect(chart.querySelector('.usual-band')).toBeNull()
  expect(chart.getAttribute('aria-valuetext')).toBe('08:00–08:05, 40\u00a0km/h, Light, 12 vehicles')
  fireEvent.keyDown(chart, { key: 'ArrowLeft' })
  expect(chart.getAttribute('aria-valuetext')).toBe('07:50–07:55, 20\u00a0km/h, Light, 12 vehicles')
  expect(screen.getByTestId('day-figures').textContent).toContain('07:50–07:55')
  fireEvent.blur(chart)
  expect(screen.getByTestId('day-figures').textContent).toContain('Slowest')
})

test('what is usual is a band behind the line, and told with each window that has a speed', async () => {
  city.setState({ usual: new Map([['road/1', readUsual(usual('UTC', usualHour(6, 7, 70)), () => undefined)]]) })
  answers(200, known(window('07:45', '07:50', null), window('07:50', '07:55', 20), window('08:00', '08:05', 40)))
  await show()
  const chart = screen.getByRole('slider')
  expect(screen.getByTestId('last-day').textContent).toContain('Mean speed, usual band')
  // 60 to 75 of 80 km/h, from 07:00 to 08:00 of a day that ends at 08:05.
  expect(chart.querySelector('.usual-band')?.getAttribute('d')).toBe('M954.9 6.3H996.5V25H954.9Z')
  expect(chart.getAttribute('aria-valuetext')).toBe('08:00–08:05, 40\u00a0km/h, Light, 12 vehicles')
  fireEvent.keyDown(chart, { key: 'ArrowLeft' })
  expect(chart.getAttribute('aria-valuetext')).toBe('07:50–07:55, 20\u00a0km/h, usual 70\u00a0km/h, Light, 12 vehicles')
  fireEvent.keyDown(chart, { key: 'ArrowLeft' })
  expect(chart.getAttribute('aria-valuetext')).toBe('07:45–07:50, No speed measured, Light, 12 vehicles')
})

test('what is expected goes on after the line, with its band, and keys lead to it', async () => {
  city.setState({ roadForecasts: new Map([['road/1', readForecast(forecast('road/1'))]]) })
  answers(200, known(window('07:50', '07:55', 20), window('08:00', '08:05', 40)))
  await show()
  const chart = screen.getByRole('slider')
  expect(chart.querySelectorAll('.ahead-band, .ahead-line, .day-now')).toHaveLength(3)
  expect(chart.getAttribute('aria-valuetext')).toBe('08:00–08:05, 40\u00a0km/h, Light, 12 vehicles')
  fireEvent.keyDown(chart, { key: 'ArrowRight' })
  expect(chart.getAttribute('aria-valuetext')).toBe('08:10–08:15, forecast 34\u00a0km/h, 4 of 5 times, 26–42\u00a0km/h')
  fireEvent.keyDown(chart, { key: 'End' })
  expect(chart.getAttribute('aria-valuetext')).toBe('08:55–09:00, forecast 16\u00a0km/h, 4 of 5 times, 0–32\u00a0km/h')
  expect(screen.getByTestId('day-figures').textContent).toContain('forecast 16')
})

test('one window, and windows without a speed, are told as such', async () => {
  answers(200, known(window('08:00', '08:05', 40)))
  await show()
  expect(screen.getByTestId('day-figures').textContent).toContain('The only window40')
  cleanup()
  answers(200, known(window('08:00', '08:05', null)))
  await show()
  expect(screen.getByTestId('day-figures').textContent).toContain('No speed was measured.')
})

test('a day without windows says so', async () => {
  answers(200, known())
  await show()
  expect(screen.getByTestId('last-day').textContent).toContain('No windows in the last day yet')
})

test('why there is none is said, and it can be asked for again', async () => {
  answers(503, { detail: 'neither the speed layer nor the archive answers' })
  await show()
  expect(screen.getByRole('status').textContent).toContain('The speed layer is away')
  answers(200, known(window('08:00', '08:05', 40)))
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await act(() => vi.advanceTimersByTimeAsync(0))
  expect(screen.getByRole('slider')).not.toBeNull()
})

test('it is asked for anew with a new window, each half a minute at the most, and a failure leaves what was known', async () => {
  answers(200, known(window('08:00', '08:05', 40)))
  await show()
  windowCame(NOW_MS)
  windowCame(NOW_MS + 5_000)
  await act(() => vi.advanceTimersByTimeAsync(29_000))
  expect(fetch).toHaveBeenCalledTimes(1)
  answers(500, { detail: 'out of order' })
  await act(() => vi.advanceTimersByTimeAsync(2_000))
  expect(fetch).toHaveBeenCalledTimes(2)
  expect(fetch.mock.lastCall?.[0]).toBe(
    '/api/traffic/history/road%2F1?from=2026-11-27T08%3A10%3A00.000Z&to=2026-11-28T08%3A10%3A00.000Z&step=300',
  )
  expect(screen.getByRole('slider')).not.toBeNull()
})

test('a card that closes ends the question', async () => {
  fetch.mockImplementation(() => new Promise(() => undefined))
  await show()
  expect(screen.getByTestId('last-day').dataset['status']).toBe('loading')
  const signal = fetch.mock.lastCall?.[1]?.signal
  cleanup()
  expect(signal?.aborted).toBe(true)
})
