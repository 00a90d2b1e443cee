/** The last known city, as a browser keeps it. */

import type { Model } from '../api/model.ts'
import { ROAD_USERS, type Camera } from '../contract/camera.ts'
import { INCIDENT_KINDS, INCIDENT_STATUSES, type Incident } from '../contract/incident.ts'
import { SOURCES, type Freshness } from '../contract/message.ts'
import type { City, ModelPlace, ModelRoad, Tiles } from '../contract/model.ts'
import { LEVELS, type Level, type Road } from '../contract/road.ts'
import type { Person } from '../contract/session.ts'
import type { Station } from '../contract/station.ts'
import type { Congestion, SlowRoad, Summary } from '../contract/summary.ts'
import { TOPICS } from '../contract/topics.ts'
import { VEHICLE_TYPES, type Vehicle } from '../contract/vehicle.ts'
import type { Collection } from './collection.ts'
import { byId, flag, listOf, number, numbers, oneOf, orNull, record, text, type Form } from './form.ts'
import { START_CONNECTION } from './health.ts'
import type { Live } from './live.ts'
import type { CityState } from './store.ts'

/** Another one when a field that stays means something else: the form can't tell that. */
const VERSION = 1
const HOUR_MS = 3_600_000
/** Older than this, a city is nothing to go by. */
export const LONGEST_MS = 24 * HOUR_MS

export interface Kept {
  readonly version: number
  /** By this browser's clock. */
  readonly keptMs: number
  /** What the gateway's clock was ahead of it: ages are by that one. */
  readonly offsetMs: number
  readonly person: Person
  readonly model: Model
  readonly live: Live
  readonly summary: Summary
  readonly congestion: Congestion
}

/** Null while nobody is signed in, or not all of the city is there. */
export function keptOf(state: CityState, nowMs: number): Kept | null {
  const { session, connection, model, live, summary, congestion } = state
  if (session.status !== 'in' || model === null || summary === null || congestion === null) return null
  if (TOPICS.some((topic) => live[topic].freshness === null)) return null
  const { offsetMs } = connection
  return { version: VERSION, keptMs: nowMs, offsetMs, person: session.person, model, live, summary, congestion }
}

/** Null of what another version kept, of what is damaged, and of what may not be seen any more. */
export function readKept(value: unknown, nowMs: number): Kept | null {
  if (!KEPT(value) || value.version !== VERSION) return null
  const isOld = Math.abs(nowMs - value.keptMs) > LONGEST_MS
  // Who would have to sign in again if the gateway were there, does not see it because it is not.
  const isOver = value.person.expiresMs !== null && nowMs + value.offsetMs >= value.person.expiresMs
  return isOld || isOver ? null : value
}

/** The state that shows it, where nobody has answered and nothing is shown yet. */
export function withKept({ session }: CityState, kept: Kept): Partial<CityState> {
  if (session.status !== 'asking' && session.status !== 'unreachable') return {}
  const { person, offsetMs, model, live, summary, congestion } = kept
  return {
    session: { status: 'away', person },
    connection: { ...START_CONNECTION, status: { phase: 'stopped' }, offsetMs, isPale: true },
    model,
    live,
    shown: live,
    summary,
    congestion,
  }
}

const timeOrNull = orNull(number)
const textOrNull = orNull(text)
const numberOrNull = orNull(number)
const at = orNull(record<{ readonly lon: number; readonly lat: number }>({ lon: number, lat: number }))

const ROAD = record<Road>({
  id: text,
  name: text,
  timeMs: timeOrNull,
  windowStartMs: timeOrNull,
  windowEndMs: timeOrNull,
  readings: numberOrNull,
  vehicles: numberOrNull,
  meanSpeedKmh: numberOrNull,
  p15SpeedKmh: numberOrNull,
  p85SpeedKmh: numberOrNull,
  occupancyPct: numberOrNull,
  level: oneOf(LEVELS),
  ratio: numberOrNull,
})

const VEHICLE = record<Vehicle>({
  id: text,
  type: oneOf(VEHICLE_TYPES),
  timeMs: number,
  lon: number,
  lat: number,
  speedKmh: numberOrNull,
  headingDeg: numberOrNull,
  roadId: textOrNull,
  stale: flag,
})

const INCIDENT = record<Incident>({
  id: text,
  kind: oneOf(INCIDENT_KINDS),
  status: oneOf(INCIDENT_STATUSES),
  severity: oneOf([1, 2, 3, 4, 5]),
  timeMs: number,
  at,
  roadId: textOrNull,
  unitId: textOrNull,
  hospitalId: textOrNull,
  steps: listOf(record<Incident['steps'][number]>({ status: oneOf(INCIDENT_STATUSES), timeMs: number })),
  dispatchS: numberOrNull,
  responseS: numberOrNull,
  resolutionS: numberOrNull,
})

const STATION = record<Station>({
  id: text,
  name: text,
  timeMs: timeOrNull,
  lon: number,
  lat: number,
  temperatureC: numberOrNull,
  humidityPct: numberOrNull,
  windSpeedMs: numberOrNull,
  precipitationMmH: numberOrNull,
  visibilityM: numberOrNull,
  condition: textOrNull,
  airQualityIndex: numberOrNull,
  stale: flag,
})

const COUNTS: Form<NonNullable<Camera['counts']>> = (value): value is NonNullable<Camera['counts']> =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([user, count]) => oneOf(ROAD_USERS)(user) && number(count))

const CAMERA = record<Camera>({
  id: text,
  roadId: textOrNull,
  at,
  timeMs: timeOrNull,
  counts: orNull(COUNTS),
  meanSpeedKmh: numberOrNull,
  incident: textOrNull,
  stale: flag,
})

const LIVE = record<Live>({
  traffic: collection(ROAD),
  vehicles: collection(VEHICLE),
  emergencies: collection(INCIDENT),
  weather: collection(STATION),
  cameras: collection(CAMERA),
})

function collection<T>(thing: Form<T>): Form<Collection<T>> {
  const freshness = record<Freshness>({ asOfMs: timeOrNull, source: oneOf(SOURCES) })
  return record<Collection<T>>({ things: byId(thing), freshness: orNull(freshness) })
}

const PLACE = record<ModelPlace>({ id: text, name: text, lon: number, lat: number })

const MODEL = record<Model>({
  city: record<City>({
    name: textOrNull,
    bounds: orNull(numbers<NonNullable<City['bounds']>>(4)),
    timeZone: text,
    tiles: orNull(record<Tiles>({ url: text, attribution: text, maxZoom: number })),
  }),
  roads: byId(
    record<ModelRoad>({
      id: text,
      name: text,
      line: listOf(numbers<ModelRoad['line'][number]>(2)),
      lengthM: numberOrNull,
      freeFlowKmh: numberOrNull,
      lanes: numberOrNull,
      roadClass: textOrNull,
      area: textOrNull,
    }),
  ),
  hospitals: byId(PLACE),
  sensors: byId(PLACE),
})

const SUMMARY = record<Summary>({
  roads: number,
  reportingRoads: number,
  meanSpeedKmh: numberOrNull,
  slowest: listOf(
    record<SlowRoad>({
      id: text,
      name: text,
      meanSpeedKmh: numberOrNull,
      level: oneOf(LEVELS),
      ratio: numberOrNull,
    }),
  ),
  vehicles: number,
  incidents: number,
  meanResponseS: numberOrNull,
  responses: number,
  condition: textOrNull,
  temperatureC: numberOrNull,
  windSpeedMs: numberOrNull,
  precipitationMmH: numberOrNull,
  leastVisibilityM: numberOrNull,
  stations: number,
  asOfMs: timeOrNull,
})

const CONGESTION = record<Congestion>({
  index: numberOrNull,
  lengthM: record<Readonly<Record<Level, number>>>({
    free: number,
    light: number,
    moderate: number,
    heavy: number,
    jammed: number,
    unknown: number,
  }),
})

const KEPT = record<Kept>({
  version: number,
  keptMs: number,
  offsetMs: number,
  person: record<Person>({ name: text, role: text, expiresMs: timeOrNull }),
  model: MODEL,
  live: LIVE,
  summary: SUMMARY,
  congestion: CONGESTION,
})
