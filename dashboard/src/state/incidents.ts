/** Incidents as people look at them: worst first, and what is new. */

import { sinceMs, type Incident } from '../contract/incident.ts'
import type { Collection } from './collection.ts'

/** By severity, worst first; of one severity the youngest first. */
export function ranked(incidents: Collection<Incident>): readonly Incident[] {
  return [...incidents.things.values()].sort(
    (one, other) =>
      other.severity - one.severity || sinceMs(other) - sinceMs(one) || one.id.localeCompare(other.id),
  )
}

/** Incidents that came between two states. What was there when one came to look is not new. */
export function arrived(before: Collection<Incident>, after: Collection<Incident>): readonly Incident[] {
  if (before.freshness === null || before.things === after.things) return []
  return [...after.things.values()].filter((incident) => !before.things.has(incident.id))
}

/** Incidents whose patients are on their way to a hospital. */
export function inboundTo(incidents: Collection<Incident>, hospitalId: string): readonly Incident[] {
  return ranked(incidents).filter(
    (incident) => incident.hospitalId === hospitalId && incident.status === 'transporting',
  )
}
