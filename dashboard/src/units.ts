/** What is measured, in the units that a person reads; the gateway's are metric. */

import { NB, whole } from './format.ts'

export const UNITS = ['metric', 'imperial'] as const

export type Units = (typeof UNITS)[number]

/** Each takes the gateway's unit, and gives a number with its own. */
export interface Measures {
  /** km/h. */
  readonly speed: (kmh: number) => string
  /** Two speeds with one unit. */
  readonly speeds: (fromKmh: number, toKmh: number) => string
  /** The number alone, for scales. */
  readonly speedOf: (kmh: number) => number
  readonly speedUnit: string
  /** Metres. */
  readonly length: (m: number) => string
  /** Degrees Celsius. */
  readonly temperature: (c: number) => string
  /** m/s. */
  readonly wind: (ms: number) => string
  /** mm/h. */
  readonly rain: (mmH: number) => string
}

const ONE = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TWO = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

const KM_MI = 0.621371192
const M_FT = 3.280839895
const M_MI = 1_609.344
const MS_MPH = 2.236936292
const MM_IN = 1 / 25.4
/** From here on a length is told in the larger unit. */
const LONG_M = 10_000
const LONG_FT = 1_000

const METRIC: Measures = {
  ...speedsIn('km/h', 1),
  length: (m) => (m < LONG_M ? `${whole(m)}${NB}m` : `${ONE.format(m / 1_000)}${NB}km`),
  temperature: (c) => `${one(c)}${NB}°C`,
  wind: (ms) => `${ONE.format(ms)}${NB}m/s`,
  rain: (mmH) => `${ONE.format(mmH)}${NB}mm/h`,
}

const IMPERIAL: Measures = {
  ...speedsIn('mph', KM_MI),
  length: (m) => (m * M_FT < LONG_FT ? `${whole(m * M_FT)}${NB}ft` : `${ONE.format(m / M_MI)}${NB}mi`),
  temperature: (c) => `${one(c * 1.8 + 32)}${NB}°F`,
  wind: (ms) => `${whole(ms * MS_MPH)}${NB}mph`,
  rain: (mmH) => `${TWO.format(mmH * MM_IN)}${NB}in/h`,
}

/** Where roads and thermometers both are imperial. */
const IMPERIAL_REGIONS = ['US', 'LR', 'MM']

/** What a person most likely reads, by the region in the name of their language. */
export function unitsOf(language: string): Units {
  const isImperial = language.split(/[-_@]/).some((part) => IMPERIAL_REGIONS.includes(part))
  return isImperial ? 'imperial' : 'metric'
}

export function measuresIn(units: Units): Measures {
  return units === 'metric' ? METRIC : IMPERIAL
}

function speedsIn(unit: string, ofKmh: number): Pick<Measures, 'speed' | 'speeds' | 'speedOf' | 'speedUnit'> {
  return {
    speed: (kmh) => `${whole(kmh * ofKmh)}${NB}${unit}`,
    speeds: (fromKmh, toKmh) => `${whole(fromKmh * ofKmh)}–${whole(toKmh * ofKmh)}${NB}${unit}`,
    speedOf: (kmh) => kmh * ofKmh,
    speedUnit: unit,
  }
}

/** No minus before a zero. */
function one(value: number): string {
  return ONE.format(Math.abs(value) < 0.05 ? 0 : value)
}
