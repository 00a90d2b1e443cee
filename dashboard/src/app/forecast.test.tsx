import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { MODELS, forecast } from '../contract/samples.ts'
import { START, city, setView } from '../state/store.ts'
import { selected } from '../state/view.ts'
import { followForecasts } from './forecast.ts'

const fetch = vi.fn<typeof globalThis.fetch>()
const onError = vi.fn<(error: unknown) => void>()
let end: () => void

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 8) })
  vi.stubGlobal('fetch', fetch)
  answers(200)
  city.setState(START, true)
  end = followForecasts(onError)
})

afterEach(() => {
  end()
  city.setState(START, true)
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
  onError.mockReset()
})

function answers(status: number): void {
  fetch.mockImplementation((path) => {
    const body = path === '/api/models' ? MODELS : forecast('road/1')
    return Promise.resolve(new Response(JSON.stringify(status === 200 ? body : { detail: 'none of these' }), { status }))
  })
}

function asked(path: string): number {
  return fetch.mock.calls.filter(([one]) => one === path).length
}

async function open(id: string): Promise<void> {
  setView((view) => selected(view, { kind: 'road', id }))
  await vi.advanceTimersByTimeAsync(0)
}

test('a road that is looked at is asked for each half a minute, and how good forecasts are each ten', async () => {
  expect(fetch).not.toHaveBeenCalled()
  await open('road/1')
  expect(city.getState().roadForecasts.get('road/1')).toMatchObject({ lastSpeedKmh: 40 })
  expect(city.getState().scores.get('road/1')).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(59_000)
  expect(asked('/api/traffic/predictions/road%2F1')).toBe(2)
  expect(asked('/api/models')).toBe(1)
  end()
  expect([city.getState().scores.size, city.getState().roadForecasts.size]).toEqual([0, 0])
})

test('a gateway that knows no forecasts has none, and that is no error', async () => {
  answers(404)
  await open('road/1')
  expect(city.getState().roadForecasts.size).toBe(0)
  expect(city.getState().scores.size).toBe(0)
  expect(onError).not.toHaveBeenCalled()
})
