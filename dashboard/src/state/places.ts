/** Where things of every kind are, for the map to go there and to mark them. */

import type { Incident } from '../contract/incident.ts'
import type { CityState } from './store.ts'
import type { Selection } from './selection.ts'

export interface Place {
  readonly lon: number
  readonly lat: number
}

/** Null of what nobody knows, or nobody knows the place of. */
export function placeOf(state: Pick<CityState, 'model' | 'shown'>, { kind, id }: Selection): Place | null {
  switch (kind) {
    case 'incident': {
      const incident = state.shown.emergencies.things.get(id)
      return incident === undefined ? null : sceneOf(state, incident)
    }
    case 'vehicle':
      return state.shown.vehicles.things.get(id) ?? null
    case 'road':
      return middleOf(state, id)
    case 'hospital':
      return state.model?.hospitals.get(id) ?? null
    case 'sensor':
      return state.model?.sensors.get(id) ?? null
    case 'camera':
      return state.shown.cameras.things.get(id)?.at ?? null
    case 'station':
      return state.shown.weather.things.get(id) ?? null
  }
}

/** Where an incident is: on its road, if it told no more. */
export function sceneOf(state: Pick<CityState, 'model'>, { at, roadId }: Incident): Place | null {
  return at ?? (roadId === null ? null : middleOf(state, roadId))
}

function middleOf(state: Pick<CityState, 'model'>, roadId: string): Place | null {
  const line = state.model?.roads.get(roadId)?.line
  const middle = line?.[Math.floor(line.length / 2)]
  return middle === undefined ? null : { lon: middle[0], lat: middle[1] }
}
