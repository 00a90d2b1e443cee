/** What one road, or all of them together, was like, window by window. */

import { Malformed, amountOrNull, fieldsOf, list, numberOrNull, readable, textOrNull, timeMs, word } from './fields.ts'
import { LEVELS, type Level } from './road.ts'

/** A window that was measured; null is what no reading of it had. */
export interface FlowWindow {
  readonly startMs: number
  readonly endMs: number
  readonly readings: number | null
  readonly vehicles: number | null
  readonly meanSpeedKmh: number | null
  /** Null of all roads together. */
  readonly level: Level | null
}

export interface FlowHistory {
  readonly fromMs: number
  readonly toMs: number
  /** In order of time; a window of which nothing is known is left out. */
  readonly windows: readonly FlowWindow[]
}

/** As much of a history as one answer has. */
export interface FlowPage extends FlowHistory {
  /** Asks for the next one; null of the last. */
  readonly nextCursor: string | null
}

/** @param onBadWindow Takes what could not be read of a window; the others go on. */
export function readFlowPage(value: unknown, onBadWindow: (error: Malformed) => void): FlowPage {
  const of = fieldsOf(value, 'history')
  const windows = readable(list(of, 'windows'), readFlowWindow, onBadWindow)
  return { fromMs: timeMs(of, 'from'), toMs: timeMs(of, 'to'), windows, nextCursor: textOrNull(of, 'next_cursor') }
}

function readFlowWindow(value: unknown): FlowWindow {
  const of = fieldsOf(value, 'window')
  const startMs = timeMs(of, 'window_start')
  const endMs = timeMs(of, 'window_end')
  if (endMs <= startMs) throw new Malformed('window_end', 'is not after window_start')
  return {
    startMs,
    endMs,
    readings: numberOrNull(of, 'readings'),
    vehicles: numberOrNull(of, 'vehicles'),
    meanSpeedKmh: amountOrNull(of, 'mean_speed_kmh'),
    level: 'congestion' in of ? word(fieldsOf(of['congestion'], 'congestion'), 'level', LEVELS, 'unknown') : null,
  }
}
