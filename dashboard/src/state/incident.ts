/** The life of one incident, step by step, and who helps. */

import { sinceMs, type Incident, type IncidentStatus } from '../contract/incident.ts'
import type { Vehicle } from '../contract/vehicle.ts'
import { placeOf, sceneOf, type Place } from './places.ts'
import type { CityState } from './store.ts'

/** `missed`: it must have been, and nobody told of it. */
export type StageState = 'reached' | 'present' | 'missed' | 'ahead'

export interface Stage {
  readonly status: IncidentStatus
  readonly state: StageState
  /** When it was reached; null while it is ahead, and where nobody told of it. */
  readonly timeMs: number | null
  /** Seconds until the next one; null of the present one, and where it is not known when it ended. */
  readonly tookS: number | null
}

const LIFE: readonly IncidentStatus[] = ['reported', 'dispatched', 'en_route', 'on_scene', 'transporting', 'resolved']
const LAST: readonly IncidentStatus[] = ['resolved', 'cancelled']

/** Whether nothing more comes. */
export function isOver({ status }: Pick<Incident, 'status'>): boolean {
  return LAST.includes(status)
}

/** All of it in order. What was cancelled ends with that, and of what did not come until then only what was told is there. */
export function lifeOf(incident: Incident): readonly Stage[] {
  const { status: present, hospitalId } = incident
  const times = new Map(incident.steps.map(({ status, timeMs }) => [status, timeMs]))
  if (!times.has(present)) times.set(present, incident.timeMs)
  const isCancelled = present === 'cancelled'
  const order = isCancelled ? [...LIFE.filter((status) => times.has(status)), present] : LIFE
  const at = order.indexOf(present)
  const stages = order.flatMap((status, index): Omit<Stage, 'tookS'>[] => {
    const timeMs = times.get(status) ?? null
    if (status === present) return [{ status, state: 'present', timeMs }]
    if (timeMs !== null) return [{ status, state: 'reached', timeMs }]
    // Not everybody is brought to a hospital.
    if (status === 'transporting' && index < at && hospitalId === null) return []
    return [{ status, state: index < at ? 'missed' : 'ahead', timeMs }]
  })
  return stages.map((stage, index) => ({ ...stage, tookS: secondsUntil(stages[index + 1]?.timeMs ?? null, stage.timeMs) }))
}

function secondsUntil(nextMs: number | null, thisMs: number | null): number | null {
  return nextMs === null || thisMs === null ? null : Math.max(0, (nextMs - thisMs) / 1_000)
}

/** How long it took from the report on, or since when it goes on. */
export type Span = { readonly tookS: number } | { readonly sinceMs: number }

export const RESPONSES = ['dispatch', 'scene', 'resolution'] as const

export type Response = (typeof RESPONSES)[number]

/** What each of them waits for. */
const BEFORE: Readonly<Record<Response, readonly IncidentStatus[]>> = {
  dispatch: ['reported'],
  scene: ['reported', 'dispatched', 'en_route'],
  resolution: ['reported', 'dispatched', 'en_route', 'on_scene', 'transporting'],
}

/** Null is what nobody told, and what will not be any more. */
export function spanOf(incident: Incident, response: Response): Span | null {
  const { dispatchS, responseS, resolutionS, steps, status } = incident
  const tookS = { dispatch: dispatchS, scene: responseS, resolution: resolutionS }[response]
  if (tookS !== null) return { tookS }
  const reported = steps.find((step) => step.status === 'reported')
  return reported !== undefined && BEFORE[response].includes(status) ? { sinceMs: reported.timeMs } : null
}

/** Since when nobody has been sent; null of what somebody was sent to. */
export function waitsSinceMs(incident: Incident): number | null {
  return incident.status === 'reported' && incident.unitId === null ? sinceMs(incident) : null
}

/** Longer without anybody sent is too long. */
export const LONG_WAIT_MS = 120_000

/** Where it is, who comes, and where they go. Null is what is not known. */
export interface Help {
  readonly scene: Place | null
  readonly unit: Vehicle | null
  readonly hospital: Place | null
  /** The unit brings somebody to the hospital. */
  readonly isTransport: boolean
}

export function helpOf(state: Pick<CityState, 'model' | 'shown'>, incident: Incident): Help {
  const { unitId, hospitalId, status } = incident
  return {
    scene: sceneOf(state, incident),
    unit: unitId === null ? null : (state.shown.vehicles.things.get(unitId) ?? null),
    hospital: hospitalId === null ? null : placeOf(state, { kind: 'hospital', id: hospitalId }),
    isTransport: status === 'transporting' && hospitalId !== null,
  }
}

/** Where the unit goes to. */
export function targetOf({ scene, hospital, isTransport }: Help): Place | null {
  return isTransport ? hospital : scene
}

/** The vehicle that is marked: the chosen one, or that of the chosen incident. */
export function markedVehicleId({ view: { selection }, shown }: CityState): string | null {
  if (selection?.kind === 'vehicle') return selection.id
  if (selection?.kind !== 'incident') return null
  return shown.emergencies.things.get(selection.id)?.unitId ?? null
}
