import { fieldsOf, numberOrNull, numberWithin, placeOrNull, text, textOrNull, timeMs, word } from './fields.ts'

export const INCIDENT_KINDS = ['medical', 'accident', 'fire', 'crime', 'hazard', 'other'] as const

export type IncidentKind = (typeof INCIDENT_KINDS)[number]

/** In the order of an incident's life. */
export const INCIDENT_STATUSES = [
  'reported',
  'dispatched',
  'en_route',
  'on_scene',
  'transporting',
  'resolved',
  'cancelled',
] as const

export type IncidentStatus = (typeof INCIDENT_STATUSES)[number]

export type Severity = 1 | 2 | 3 | 4 | 5

export interface Step {
  readonly status: IncidentStatus
  readonly timeMs: number
}

export interface Incident {
  readonly id: string
  readonly kind: IncidentKind
  readonly status: IncidentStatus
  /** 1 is slight, 5 is worst. */
  readonly severity: Severity
  readonly timeMs: number
  /** Null where no step had a place. */
  readonly at: { readonly lon: number; readonly lat: number } | null
  readonly roadId: string | null
  readonly unitId: string | null
  readonly hospitalId: string | null
  /** When each status was first reached, earliest first. */
  readonly steps: readonly Step[]
  readonly dispatchS: number | null
  readonly responseS: number | null
  readonly resolutionS: number | null
}

export function readIncident(value: unknown): Incident {
  const of = fieldsOf(value, 'incident')
  return {
    id: text(of, 'incident_id'),
    kind: word(of, 'kind', INCIDENT_KINDS, 'other'),
    status: word(of, 'status', INCIDENT_STATUSES, 'reported'),
    severity: Math.round(numberWithin(of, 'severity', 1, 5)) as Severity,
    timeMs: timeMs(of, 'timestamp'),
    at: placeOrNull(of),
    roadId: textOrNull(of, 'road_id'),
    unitId: textOrNull(of, 'unit_id'),
    hospitalId: textOrNull(of, 'hospital_id'),
    steps: stepsOf(of['history']),
    dispatchS: numberOrNull(of, 'dispatch_s'),
    responseS: numberOrNull(of, 'response_s'),
    resolutionS: numberOrNull(of, 'resolution_s'),
  }
}

/** When it was reported; of an incident whose report got lost, when it was first heard of. */
export function sinceMs(incident: Incident): number {
  return incident.steps[0]?.timeMs ?? incident.timeMs
}

function stepsOf(history: unknown): readonly Step[] {
  const of = fieldsOf(history, 'history')
  return INCIDENT_STATUSES.filter((status) => status in of)
    .map((status) => ({ status, timeMs: timeMs(of, status) }))
    .sort((one, other) => one.timeMs - other.timeMs)
}
