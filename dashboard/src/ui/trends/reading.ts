/** One time of all that is shown, in words. */

import type { FlowWindow } from '../../contract/history.ts'
import type { UsualHour } from '../../contract/usual.ts'
import { NB, calendarDay, clockSpan, signed, whole } from '../../format.ts'
import type { Moment } from '../../state/trends.ts'
import { STRINGS } from '../../strings.ts'
import type { Measures } from '../../units.ts'
import type { AheadWindow } from '../day/ahead.ts'
import { toldAhead } from '../toldAhead.ts'
import { toldUsual, usualVehicles } from '../usual.ts'
import type { Series } from './series.ts'

const SAY = STRINGS.trends

export interface Reading {
  readonly when: string
  /** Of each series, in their order. */
  readonly of: readonly Read[]
  /** What the second has more than the first; null of one alone. */
  readonly more: Pick<Read, 'speed' | 'vehicles'> | null
  /** Null where nothing is known of this hour. */
  readonly usual: UsualRead | null
}

export interface UsualRead extends Pick<Read, 'speed' | 'vehicles'> {
  /** The speed, and from where to where it goes. */
  readonly around: string | null
}

export interface Read {
  readonly name: string
  readonly at: number
  /** Null of what was not measured. */
  readonly speed: string | null
  readonly vehicles: string | null
  /** Nothing was measured yet. */
  readonly isAhead?: boolean
}

/** Of one road alone, what is expected. */
export function readingAhead({ name, at }: Series, window: AheadWindow, usual: UsualHour | null, timeZone: string, measures: Measures): Reading {
  const { startMs, endMs } = window
  return {
    when: `${calendarDay(startMs, timeZone)}, ${clockSpan(startMs, endMs, timeZone)}`,
    of: [{ name, at, speed: STRINGS.ahead.expected(toldAhead(window, measures)), vehicles: null, isAhead: true }],
    more: null,
    usual: usual === null ? null : usualReadOf(usual, endMs - startMs, measures),
  }
}

export function readingOf(
  series: readonly Series[],
  moment: Moment,
  usual: UsualHour | null,
  timeZone: string,
  measures: Measures,
): Reading {
  const { startMs, endMs, windows } = moment
  const isOpen = series.some(({ nowMs }) => endMs > nowMs)
  const when = `${calendarDay(startMs, timeZone)}, ${clockSpan(startMs, endMs, timeZone)}`
  const [one, other] = windows
  return {
    when: isOpen ? SAY.soFar(when) : when,
    of: series.map(({ name, at }, index) => {
      const { speedKmh, vehicles } = valuesOf(windows[index])
      return {
        name,
        at,
        speed: speedKmh === null ? null : measures.speed(speedKmh),
        vehicles: vehicles === null ? null : whole(vehicles),
      }
    }),
    more: series.length < 2 ? null : differenceOf(one, other, measures),
    usual: usual === null ? null : usualReadOf(usual, endMs - startMs, measures),
  }
}

function usualReadOf(usual: UsualHour, lengthMs: number, measures: Measures): UsualRead {
  const vehicles = usualVehicles(usual, lengthMs)
  return {
    speed: usual.medianSpeedKmh === null ? null : measures.speed(usual.medianSpeedKmh),
    around: toldUsual(usual, measures),
    vehicles: vehicles === null ? null : whole(vehicles),
  }
}

function differenceOf(one: FlowWindow | null | undefined, other: FlowWindow | null | undefined, measures: Measures): Reading['more'] {
  const [first, second] = [valuesOf(one), valuesOf(other)]
  // As they are written, for people subtract what they read.
  const shown = (kmh: number): number => Math.round(measures.speedOf(kmh))
  return {
    speed:
      first.speedKmh === null || second.speedKmh === null
        ? null
        : `${signed(shown(second.speedKmh) - shown(first.speedKmh))}${NB}${measures.speedUnit}`,
    vehicles: first.vehicles === null || second.vehicles === null ? null : signed(second.vehicles - first.vehicles),
  }
}

function valuesOf(window: FlowWindow | null | undefined): { readonly speedKmh: number | null; readonly vehicles: number | null } {
  return { speedKmh: window?.meanSpeedKmh ?? null, vehicles: window?.vehicles ?? null }
}

/** For those who do not see it. */
export function saidOf({ when, of, more, usual }: Reading): string {
  const parts = of.map(({ name, speed, vehicles, isAhead = false }) =>
    isAhead && speed !== null ? SAY.saidAhead(name, speed) : SAY.said(name, speed, vehicles),
  )
  if (more !== null) parts.push(SAY.said(SAY.difference, more.speed, more.vehicles))
  if (usual !== null && (usual.speed !== null || usual.vehicles !== null)) parts.push(SAY.usualSaid(usual.speed, usual.vehicles))
  return [when, ...parts].join('; ')
}
