/** Incidents as people look at them: worst first, and what is new. */

import { sinceMs, type Incident, type IncidentStatus } from '../contract/incident.ts'
import type { Collection } from './collection.ts'

/** By severity, worst first; of one severity the youngest first. */
export function ranked(incidents: Collection<Incident>): readonly Incident[] {
  return worstFirst(incidents.things.values())
}

export function worstFirst(incidents: Iterable<Incident>): readonly Incident[] {
  return [...incidents].sort(
    (one, other) =>
      other.severity - one.severity || sinceMs(other) - sinceMs(one) || one.id.localeCompare(other.id),
  )
}

/** Incidents that came between two states. What was there when one came to look is not new. */
export function arrived(before: Collection<Incident>, after: Collection<Incident>): readonly Incident[] {
  if (before.freshness === null || before.things === after.things) return []
  return [...after.things.values()].filter((incident) => !before.things.has(incident.id))
}

/** How far help is. */
export const PROGRESS = ['waiting', 'coming', 'there', 'transporting'] as const

export type Progress = (typeof PROGRESS)[number]

const PROGRESS_OF: Readonly<Record<IncidentStatus, Progress | null>> = {
  reported: 'waiting',
  dispatched: 'coming',
  en_route: 'coming',
  on_scene: 'there',
  transporting: 'transporting',
  resolved: null,
  cancelled: null,
}

/** How many incidents help is how far at. */
export function countByProgress(incidents: Iterable<Incident>): Readonly<Record<Progress, number>> {
  const counts: Record<Progress, number> = { waiting: 0, coming: 0, there: 0, transporting: 0 }
  for (const { status } of incidents) {
    const progress = PROGRESS_OF[status]
    if (progress !== null) counts[progress] += 1
  }
  return counts
}

/** Incidents whose patients are on their way to a hospital. */
export function inboundTo(incidents: Collection<Incident>, hospitalId: string): readonly Incident[] {
  return ranked(incidents).filter(
    (incident) => incident.hospitalId === hospitalId && incident.status === 'transporting',
  )
}
