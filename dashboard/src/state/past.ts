/** Another time than now: which one somebody looks at, and what the city was like then, as far as it is known. */

import type { Failure } from '../api/failure.ts'
import type { Picture } from '../api/past.ts'
import type { Camera } from '../contract/camera.ts'
import type { FlowHistory } from '../contract/history.ts'
import { sinceMs, type Incident, type IncidentStatus } from '../contract/incident.ts'
import type { Road } from '../contract/road.ts'
import type { Station } from '../contract/station.ts'
import type { Vehicle } from '../contract/vehicle.ts'
import type { Stop } from './ahead.ts'
import type { Collection } from './collection.ts'
import { NO_LIVE, type Live } from './live.ts'
import type { CityState } from './store.ts'

export interface Past {
  /** The time that is looked at: a whole minute. */
  readonly atMs: number
  /** Minutes ahead, of a time that is still to come; null of the past. */
  readonly ahead: Stop | null
  readonly answer:
    | { readonly status: 'loading' }
    | { readonly status: 'known' }
    | { readonly status: 'failed'; readonly failure: Failure }
  /** Time goes on by itself, a step after the other. */
  readonly isPlaying: boolean
  /** The city's last day; null until it is known. */
  readonly history: FlowHistory | null
  /** Those of the last day; null until they are known. */
  readonly incidents: readonly Incident[] | null
}

/** Whether what is looked at is still to come. */
export function isAhead(past: Past | null): past is Past & { readonly ahead: Stop } {
  return past !== null && past.ahead !== null
}

/** Whether what is looked at has been: what is to come shows all but roads as it is now. */
export function isBack(past: Past | null): boolean {
  return past !== null && !isAhead(past)
}

/** How far one goes at once, ms: a day of these is as many as a slider has pixels. */
export const STEP_MS = 300_000
const DAY_MS = 86_400_000

/** The last step that has begun, ms. */
export function newestStep(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS) * STEP_MS
}

/** All steps of the last day, from the first's begin to the last's end. */
export function dayOf(nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const toMs = newestStep(nowMs) + STEP_MS
  return { fromMs: toMs - DAY_MS, toMs }
}

/** So many steps on, or back, within the last day; from between two steps, the next one is one away. */
export function stepped(atMs: number, steps: number, nowMs: number): number {
  const from = (steps > 0 ? Math.floor(atMs / STEP_MS) : Math.ceil(atMs / STEP_MS)) * STEP_MS
  return Math.min(newestStep(nowMs), Math.max(dayOf(nowMs).fromMs, from + steps * STEP_MS))
}

/** What a link may tell: nobody knows what was longer ago, or will be. */
export function isOfLastDay(atMs: number, nowMs: number): boolean {
  return atMs >= nowMs - DAY_MS && atMs <= nowMs
}

type Shown = Pick<CityState, 'past' | 'shown' | 'view'>

/** A state that looks at a past time. Until that is known, what was shown stands still. */
export function lookingBack({ past, live, shown, view }: CityState, atMs: number, isPlaying = false): Shown {
  return {
    past: { history: null, incidents: null, ...past, atMs, ahead: null, isPlaying, answer: { status: 'loading' } },
    shown: shown === live ? { ...live } : shown,
    view: view.follows ? { ...view, follows: false } : view,
  }
}

export function backToLive({ live, view }: CityState): Shown {
  return { past: null, shown: live, view }
}

/** A state after what it waits for came; an answer of another time changes nothing. */
export function withPicture(
  state: CityState,
  atMs: number,
  picture: Picture,
  incidents: readonly Incident[],
): Partial<Shown> {
  const { past, live } = state
  if (past?.atMs !== atMs) return {}
  return { past: { ...past, answer: { status: 'known' } }, shown: pastLive(live, picture, incidents, atMs) }
}

/** Nothing is shown rather than what is of another time. */
export function withFailure({ past }: CityState, atMs: number, failure: Failure): Partial<Shown> {
  if (past?.atMs !== atMs) return {}
  return { past: { ...past, isPlaying: false, answer: { status: 'failed', failure } }, shown: NO_LIVE }
}

/** The city at a past time, in the form of what is live. Nothing in it is of now but places of what stands. */
export function pastLive(live: Live, picture: Picture, incidents: readonly Incident[], atMs: number): Live {
  const { roads, vehicles } = picture
  const known = new Map(roads.roads.map((road) => [road.id, road]))
  const everyRoad = [...known.values(), ...[...live.traffic.things.values()].filter(({ id }) => !known.has(id)).map(unmeasured)]
  return {
    traffic: of(everyRoad, roads.endMs),
    vehicles: of(
      vehicles.vehicles.map(({ id, type, meanSpeedKmh, ...fix }): Vehicle => ({
        ...fix,
        id,
        type: type ?? live.vehicles.things.get(id)?.type ?? 'other',
        speedKmh: meanSpeedKmh,
        headingDeg: null,
        roadId: null,
        stale: false,
      })),
      vehicles.endMs,
    ),
    emergencies: of(
      incidents.flatMap((incident) => asOf(incident, atMs) ?? []),
      atMs,
    ),
    weather: of([...live.weather.things.values()].map(unobserved), atMs),
    cameras: of([...live.cameras.things.values()].map(unseen), atMs),
  }
}

const ENDS: readonly IncidentStatus[] = ['resolved', 'cancelled']
const BEFORE_A_UNIT: readonly IncidentStatus[] = ['reported', ...ENDS]

/** An incident as it was known at a time; null of one that was not open then. */
export function asOf(incident: Incident, atMs: number): Incident | null {
  if (sinceMs(incident) > atMs) return null
  const steps = incident.steps.filter(({ timeMs }) => timeMs <= atMs)
  const last = steps.at(-1)
  // One whose steps got lost has its last word alone.
  const { status, timeMs } = last ?? incident
  if (steps.some((step) => ENDS.includes(step.status)) || ENDS.includes(status)) return null
  const reached = (...statuses: IncidentStatus[]): boolean => steps.some((step) => statuses.includes(step.status))
  const hasUnit = steps.some((step) => !BEFORE_A_UNIT.includes(step.status))
  return {
    ...incident,
    status,
    timeMs,
    steps,
    unitId: hasUnit ? incident.unitId : null,
    hospitalId: reached('transporting') ? incident.hospitalId : null,
    dispatchS: reached('dispatched') ? incident.dispatchS : null,
    responseS: reached('on_scene') ? incident.responseS : null,
  }
}

function of<T extends { readonly id: string }>(things: readonly T[], asOfMs: number): Collection<T> {
  return { things: new Map(things.map((thing) => [thing.id, thing])), freshness: { asOfMs, source: 'speed' } }
}

/** A road of which nothing is known but its name. */
export function unmeasured({ id, name }: Pick<Road, 'id' | 'name'>): Road {
  return {
    id,
    name,
    timeMs: null,
    windowStartMs: null,
    windowEndMs: null,
    readings: null,
    vehicles: null,
    meanSpeedKmh: null,
    p15SpeedKmh: null,
    p85SpeedKmh: null,
    occupancyPct: null,
    level: 'unknown',
    ratio: null,
  }
}

function unobserved({ id, name, lon, lat }: Station): Station {
  return {
    id,
    name,
    lon,
    lat,
    timeMs: null,
    temperatureC: null,
    humidityPct: null,
    windSpeedMs: null,
    precipitationMmH: null,
    visibilityM: null,
    condition: null,
    airQualityIndex: null,
    stale: false,
  }
}

function unseen({ id, roadId, at }: Camera): Camera {
  return { id, roadId, at, timeMs: null, counts: null, meanSpeedKmh: null, incident: null, stale: false }
}
