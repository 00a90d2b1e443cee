import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { readForecast, readScores } from './forecast.ts'
import { AHEAD, MODELS, forecast, noForecast } from './samples.ts'

const [FIRST, SECOND] = AHEAD

test('a forecast has its windows in order of time', () => {
  const read = readForecast(forecast('r', { forecasts: [SECOND, FIRST] }))
  expect(read).toMatchObject({ id: 'r', name: 'Road r', asOfMs: Date.UTC(2026, 10, 28, 8), lastSpeedKmh: 40, reason: null, stale: false })
  expect(read.ahead.map(({ minutes }) => minutes)).toEqual([5, 15])
  expect(read.ahead[0]).toEqual({
    minutes: 5,
    endMs: Date.UTC(2026, 10, 28, 8, 5),
    speedKmh: 38,
    lowKmh: 34,
    highKmh: 42,
    level: 'light',
    ratio: 0.5,
  })
})

test.each([
  ['never_read', 'never_read'],
  ['outage', 'outage'],
  ['not_made', 'not_made'],
  ['of a later gateway', 'not_made'],
])('a road may have none: %s', (reason, known) => {
  expect(readForecast(noForecast('r', reason))).toMatchObject({ asOfMs: null, lastReadMs: null, ahead: [], reason: known })
})

test.each([
  ['low_kmh', { ...FIRST, low_kmh: 43 }, 'is above high_kmh'],
  ['minutes', { ...FIRST, minutes: 0 }, 'is not 1 to 1440'],
  ['window_end', { ...FIRST, window_end: 'soon' }, 'is no time'],
  ['congestion', { ...FIRST, congestion: null }, 'is no object'],
])('a window whose %s is wrong is refused by name', (field, window, reason) => {
  const read = (): unknown => readForecast(forecast('r', { forecasts: [window] }))
  expect(read).toThrow(Malformed)
  expect(read).toThrow(`${field}: ${reason}`)
})

test('scores are read by horizon, none of no model, and what was not scored is null', () => {
  expect(readScores(MODELS)).toEqual([
    { minutes: 5, errorKmh: 2, lastValueErrorKmh: 2.5 },
    { minutes: 15, errorKmh: 3.18, lastValueErrorKmh: 3.54 },
  ])
  expect(readScores({ models: [] })).toEqual([])
  const unscored = { minutes: 5, all: { scored: 0, model: { mae_kmh: null }, last_value: { mae_kmh: null } } }
  expect(readScores({ models: [{ horizons: [unscored] }] })).toEqual([{ minutes: 5, errorKmh: null, lastValueErrorKmh: null }])
})
