import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readForecast } from '../../contract/forecast.ts'
import { forecast, usual, usualHour } from '../../contract/samples.ts'
import { readUsual } from '../../contract/usual.ts'
import { START, city } from '../../state/store.ts'
import { TrendsPanel } from './TrendsPanel.tsx'

/** A Saturday. */
const NOW_MS = Date.UTC(2026, 10, 28, 8, 5)
const fetch = vi.fn<typeof globalThis.fetch>()

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS })
  vi.stubGlobal('fetch', fetch)
  fetch.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(HISTORY))))
  const profile = readUsual(usual('UTC', usualHour(6, 7, 70)), () => undefined)
  city.setState({ ...START, usual: new Map([['a', profile], ['b', profile]]) }, true)
})

afterEach(() => {
  cleanup()
  city.setState(START, true)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
})

const HISTORY = {
  from: '2026-11-27T08:05:00Z',
  to: '2026-11-28T08:05:00Z',
  windows: [
    { window_start: '2026-11-28T07:50:00Z', window_end: '2026-11-28T07:55:00Z', readings: 1, vehicles: 12, mean_speed_kmh: 20 },
    { window_start: '2026-11-28T08:00:00Z', window_end: '2026-11-28T08:05:00Z', readings: 1, vehicles: 12, mean_speed_kmh: 40 },
  ],
}

async function show(...roads: readonly string[]): Promise<HTMLElement> {
  render(<TrendsPanel trends={{ roads, range: 'day' }} />)
  await act(() => vi.advanceTimersByTimeAsync(0))
  return screen.getByTestId('trends')
}

function legend(panel: HTMLElement): readonly (string | null | undefined)[] {
  return [...panel.querySelectorAll('.is-usual')].map(({ parentElement }) => parentElement?.textContent)
}

test('one road has what is usual in both charts, the legend, the slider and the table', async () => {
  const panel = await show('a')
  expect(panel.querySelectorAll('.usual-band')).toHaveLength(1)
  const [speed, volume] = panel.querySelectorAll('.usual-line')
  // 70 of 80 km/h, 70 of 100 vehicles, from 07:00 to 08:00.
  expect(speed?.getAttribute('d')).toBe('M954.9 12.5H996.5')
  expect(volume?.getAttribute('d')).toBe('M954.9 30H996.5')
  expect(legend(panel)).toEqual(['Usual –', 'Usual –'])
  const slider = screen.getByTestId('trend-slider')
  expect(slider.getAttribute('aria-valuetext')).not.toContain('usual')
  fireEvent.keyDown(slider, { key: 'ArrowLeft' })
  expect(slider.getAttribute('aria-valuetext')).toMatch(/; usual 70\u00a0km\/h, 70 vehicles$/)
  expect(legend(panel)).toEqual(['Usual 70\u00a0km/h (60–75)', 'Usual 70'])
  expect(screen.getByRole('row', { name: /^Usual 70\u00a0km\/h$/ })).not.toBeNull()
})

test('one road has what is expected in its speed chart, the slider and the table', async () => {
  const expected = readForecast(forecast('a'))
  city.setState({ roadForecasts: new Map([['a', expected], ['b', expected]]) })
  const panel = await show('a')
  expect(panel.querySelectorAll('.ahead-band')).toHaveLength(1)
  const slider = screen.getByTestId('trend-slider')
  expect(slider.getAttribute('aria-valuetext')).not.toContain('forecast')
  fireEvent.keyDown(slider, { key: 'End' })
  expect(slider.getAttribute('aria-valuetext')).toMatch(/^Sat 28 Nov, 08:55–09:00; .*: forecast 16\u00a0km\/h \(0–32\)$/)
  expect(screen.getByRole('row', { name: /^In 15\u00a0min 34\u00a0km\/h 26–42\u00a0km\/h$/ })).not.toBeNull()
  cleanup()
  expect((await show('a', 'b')).querySelector('.ahead-band')).toBeNull()
})

test.each([[[]], [['a', 'b']], [['c']]])('of roads %j nothing is told of what is usual', async (roads) => {
  const panel = await show(...roads)
  expect(screen.getByTestId('trend-slider')).not.toBeNull()
  expect(panel.querySelector('.usual-band, .usual-line')).toBeNull()
  expect(panel.textContent).not.toContain('Usual')
})
