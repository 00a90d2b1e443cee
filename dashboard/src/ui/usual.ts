/** What is usual, as it is told and as it is drawn: pure, in the units that a person reads. */

import type { UsualHour } from '../contract/usual.ts'
import { whole } from '../format.ts'
import type { UsualSpan } from '../state/usual.ts'
import { STRINGS } from '../strings.ts'
import type { Measures } from '../units.ts'
import type { BandPoint, DayPoint } from './day/shape.ts'

/** In which vehicles were counted. */
const COUNTED_MS = 300_000

/** The middle, and from where to where if that is known; null without a middle. */
export function toldUsual({ lowSpeedKmh, medianSpeedKmh, highSpeedKmh }: UsualHour, { speed, speedOf }: Measures): string | null {
  if (medianSpeedKmh === null) return null
  const middle = speed(medianSpeedKmh)
  if (lowSpeedKmh === null || highSpeedKmh === null) return middle
  return STRINGS.usual.around(middle, whole(speedOf(lowSpeedKmh)), whole(speedOf(highSpeedKmh)))
}

/** Vehicles in a window of another length. */
export function usualVehicles({ medianVehicles }: UsualHour, lengthMs: number): number | null {
  return medianVehicles === null ? null : (medianVehicles * lengthMs) / COUNTED_MS
}

export function usualBand(spans: readonly UsualSpan[], speedOf: (kmh: number) => number): readonly BandPoint[] {
  return spans.flatMap(({ startMs, endMs, lowSpeedKmh, highSpeedKmh }) =>
    lowSpeedKmh === null || highSpeedKmh === null ? [] : [{ startMs, endMs, low: speedOf(lowSpeedKmh), high: speedOf(highSpeedKmh) }],
  )
}

export function usualPoints(spans: readonly UsualSpan[], valueOf: (hour: UsualHour) => number | null): readonly DayPoint[] {
  return spans.map((span) => ({ startMs: span.startMs, endMs: span.endMs, value: valueOf(span), level: null }))
}
