/** What the slider of a day shows: its steps with the city's speeds, and where incidents began. */

import type { FlowHistory } from '../../contract/history.ts'
import { sinceMs, type Incident, type Severity } from '../../contract/incident.ts'
import { STOPS, type Stop } from '../../state/ahead.ts'
import { STEP_MS } from '../../state/past.ts'
import { scaleOf, type DayPoint, type Span } from '../day/shape.ts'

/** All steps of a span: each can be chosen, whether something was measured in it or not. */
export function stepsOf({ fromMs, toMs }: Span, history: FlowHistory | null): readonly DayPoint[] {
  const windows = history?.windows ?? []
  let at = 0
  return Array.from({ length: (toMs - fromMs) / STEP_MS }, (_, step) => {
    const startMs = fromMs + step * STEP_MS
    while ((windows[at]?.endMs ?? Infinity) <= startMs) at += 1
    const window = windows[at]
    const isMeasured = window !== undefined && window.startMs < startMs + STEP_MS
    return { startMs, endMs: startMs + STEP_MS, value: isMeasured ? window.meanSpeedKmh : null, level: null }
  })
}

const MINUTE_MS = 60_000

/** What can be chosen ahead: around each of the minutes, so that what is drawn in the middle stands at them. */
export function stopsOf(nowMs: number): readonly DayPoint[] {
  let fromMin = 0
  return STOPS.map((stop) => {
    const startMs = nowMs + fromMin * MINUTE_MS
    fromMin = 2 * stop - fromMin
    return { startMs, endMs: nowMs + fromMin * MINUTE_MS, value: null, level: null }
  })
}

/** Which of them a time lies in; null of the past. */
export function stopAt(ms: number, nowMs: number): Stop | null {
  const stops = stopsOf(nowMs)
  return ms < nowMs ? null : (STOPS[stops.findIndex(({ endMs }) => ms < endMs)] ?? null)
}

export interface Marks {
  readonly severity: Severity
  readonly path: string
}

/** Above the field, in its units. */
const FROM_Y = -26
const TO_Y = -12

/** A tick where each incident began, the worst last. */
export function marksOf(span: Span, incidents: readonly Incident[]): readonly Marks[] {
  const { x } = scaleOf(span, [], null)
  const starts = new Map<Severity, string[]>()
  for (const incident of incidents) {
    const ms = sinceMs(incident)
    if (ms < span.fromMs || ms >= span.toMs) continue
    starts.set(incident.severity, [...(starts.get(incident.severity) ?? []), `M${x(ms)} ${FROM_Y}V${TO_Y}`])
  }
  return [...starts]
    .sort(([one], [other]) => one - other)
    .map(([severity, ticks]) => ({ severity, path: ticks.join('') }))
}
