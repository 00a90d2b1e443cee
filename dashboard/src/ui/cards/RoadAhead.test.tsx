import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { readForecast, readScores } from '../../contract/forecast.ts'
import { MODELS, forecast, noForecast } from '../../contract/samples.ts'
import { START, city, setView } from '../../state/store.ts'
import { RoadAhead } from './RoadAhead.tsx'

afterEach(() => {
  cleanup()
  city.setState(START, true)
})

function told(value: object | null): string | null {
  city.setState({ roadForecasts: new Map(value === null ? [] : [['r', readForecast(value)]]), scores: new Map([['r', readScores(MODELS)]]) })
  render(<RoadAhead id="r" timeZone="Europe/Berlin" />)
  return screen.queryByTestId('road-ahead')?.textContent ?? null
}

test('what is expected is told with its interval, and how good such forecasts were', () => {
  expect(told(forecast('r'))).toBe(
    'In 15\u00a0min: 34\u00a0km/h (26–42)Such forecasts are off by 3.2\u00a0km/h on average; the last speed alone by 3.5.',
  )
})

test('it is told in the units that are read', () => {
  setView((view) => ({ ...view, units: 'imperial' }))
  expect(told(forecast('r'))).toBe('In 15\u00a0min: 21\u00a0mph (16–26)Such forecasts are off by 2.0\u00a0mph on average; the last speed alone by 2.2.')
})

test('one that is old says when it was made', () => {
  expect(told(forecast('r', { stale: true }))).toContain('This forecast is old: it was made at 09:00.')
})

test.each([
  [noForecast('r', 'outage', '2026-11-28T07:40:00Z'), 'No forecast: no speed read since 08:40.'],
  [noForecast('r', 'outage'), 'No forecast: no speed read lately.'],
  [noForecast('r', 'never_read'), 'No forecast: no speed was ever read here.'],
  [noForecast('r', 'not_made'), 'No forecast has been made yet.'],
])('why there is none is told', (value, words) => {
  expect(told(value)).toBe(words)
})

test('nothing is told where nobody knows, and no error before any was scored', () => {
  expect(told(null)).toBeNull()
  cleanup()
  city.setState({ roadForecasts: new Map([['r', readForecast(forecast('r'))]]), scores: new Map([['r', []]]) })
  render(<RoadAhead id="r" timeZone="UTC" />)
  expect(screen.queryByTestId('typical-error')).toBeNull()
})
