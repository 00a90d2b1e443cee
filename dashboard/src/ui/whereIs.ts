import type { Incident } from '../contract/incident.ts'
import type { CityState } from '../state/store.ts'

/** In words; null of an incident whose road nobody knows. */
export function whereIs(state: CityState, { roadId }: Pick<Incident, 'roadId'>): string | null {
  return roadId === null ? null : roadName(state, roadId)
}

export function roadName({ model, shown }: CityState, roadId: string): string {
  return model?.roads.get(roadId)?.name ?? shown.traffic.things.get(roadId)?.name ?? roadId
}
