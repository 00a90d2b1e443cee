import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { usual, usualHour } from './samples.ts'
import { readUsual } from './usual.ts'

const HOUR = usualHour(7, 23, 42)

test('an answer has its zone and its hours', () => {
  expect(readUsual(usual('Europe/Berlin', HOUR), () => undefined)).toEqual({
    timeZone: 'Europe/Berlin',
    hours: [{ weekday: 7, hour: 23, lowSpeedKmh: 32, medianSpeedKmh: 42, highSpeedKmh: 47, medianVehicles: 42 }],
  })
})

test('a road of which too little is known has none, and what an hour has not is null', () => {
  const few = { ...usual('UTC'), date: null, reasons: ['3 days of 7'] }
  expect(readUsual(few, () => undefined).hours).toEqual([])
  expect(readUsual(usual('UTC', usualHour(1, 0, null)), () => undefined).hours).toEqual([
    { weekday: 1, hour: 0, lowSpeedKmh: null, medianSpeedKmh: null, highSpeedKmh: null, medianVehicles: null },
  ])
})

test.each([
  ['weekday', { ...HOUR, weekday: 0 }, 'is not 1 to 7'],
  ['weekday', { ...HOUR, weekday: 'Monday' }, 'is no number'],
  ['hour', { ...HOUR, hour: 24 }, 'is not 0 to 23'],
  ['hour', { ...HOUR, hour: 7.5 }, 'is no whole number'],
  ['low_speed_kmh', { ...HOUR, low_speed_kmh: 48 }, 'is above high_speed_kmh'],
  ['median_speed_kmh', { ...HOUR, median_speed_kmh: -1 }, 'is below 0'],
  ['high_speed_kmh', { ...HOUR, high_speed_kmh: '47' }, 'is no number'],
  ['median_vehicles', { ...HOUR, median_vehicles: -0.5 }, 'is below 0'],
  ['hour of the week', null, 'is no object'],
])('an hour with a bad %s is left out and named, and the others stay', (field, bad, reason) => {
  const refused: string[] = []
  const { hours } = readUsual(usual('UTC', bad as object, HOUR), ({ message }) => refused.push(message))
  expect(hours).toHaveLength(1)
  expect(refused).toEqual([`${field}: ${reason}`])
})

test('an answer that is no profile, or whose clock nobody has, is refused', () => {
  const read = (value: unknown) => () => readUsual(value, () => undefined)
  expect(read([])).toThrow(Malformed)
  expect(read({ ...usual('UTC'), hours: null })).toThrow('hours: is no list')
  expect(read({ ...usual('UTC'), timezone: null })).toThrow('timezone: is no text')
  expect(read(usual('Mars/Olympus'))).toThrow('timezone: is no time zone that this browser knows')
})
