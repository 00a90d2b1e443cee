import { expect, test } from 'vitest'

import { measuresIn, unitsOf } from './units.ts'

/** No-break spaces are for the eye. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

test('numbers have their units, and nothing is minus zero', () => {
  const { speed, speeds, temperature, length, wind, rain } = measuresIn('metric')
  expect(plain(speed(41.6))).toBe('42 km/h')
  expect(plain(speeds(20, 41.6))).toBe('20–42 km/h')
  expect(plain(temperature(-0.04))).toBe('0.0 °C')
  expect(plain(temperature(-3.25))).toMatch(/^-3\.[23] °C$/)
  expect(plain(length(1_250))).toBe('1,250 m')
  expect(plain(length(12_500))).toBe('12.5 km')
  expect(plain(wind(4))).toBe('4.0 m/s')
  expect(plain(rain(2.5))).toBe('2.5 mm/h')
})

test('in imperial units, too', () => {
  const { speed, speeds, temperature, length, wind, rain } = measuresIn('imperial')
  expect(plain(speed(100))).toBe('62 mph')
  expect(plain(speeds(20, 100))).toBe('12–62 mph')
  expect(plain(temperature(20))).toBe('68.0 °F')
  expect(plain(temperature(-17.78))).toBe('0.0 °F')
  expect(plain(length(300))).toBe('984 ft')
  expect(plain(length(1_609.344))).toBe('1.0 mi')
  expect(plain(wind(10))).toBe('22 mph')
  expect(plain(rain(25.4))).toBe('1.00 in/h')
})

test('who names a region of miles and Fahrenheit reads these at first, everybody else metric units', () => {
  expect(['en-US', 'es-Latn-US', 'en-US@posix', 'my-MM'].map(unitsOf)).toEqual(Array(4).fill('imperial'))
  expect(['en', 'en-GB', 'de-DE', 'us', ''].map(unitsOf)).toEqual(Array(5).fill('metric'))
})
