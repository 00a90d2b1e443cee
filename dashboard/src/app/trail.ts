/** The trail of whichever vehicle is chosen: asked for once, and then as long as it drives. Of now alone. */

import { request } from '../api/request.ts'
import { readTrack } from '../contract/track.ts'
import { chosenId } from '../state/selection.ts'
import { city, type CityState } from '../state/store.ts'
import { extended, trailOf, withPast } from '../state/trail.ts'

/** Returns what ends it. `onError` tells of a track that could not be had. */
export function followTrail(onError: (error: unknown) => void): () => void {
  const look = (state: CityState): void => {
    const vehicle = chosenVehicle(state)
    const { trail } = state
    if (vehicle === undefined) {
      if (trail !== null && (state.past !== null || trail.id !== chosenId(state.view.selection, 'vehicle'))) city.setState({ trail: null })
    } else if (trail?.id !== vehicle.id) {
      city.setState({ trail: trailOf(vehicle) })
      void askPast(vehicle.id, onError)
    } else {
      const longer = extended(trail, vehicle)
      if (longer !== trail) city.setState({ trail: longer })
    }
  }
  look(city.getState())
  const stop = city.subscribe((after, before) => {
    if (after.view.selection !== before.view.selection || chosenVehicle(after) !== chosenVehicle(before)) look(after)
  })
  return () => {
    stop()
    city.setState({ trail: null })
  }
}

async function askPast(id: string, onError: (error: unknown) => void): Promise<void> {
  try {
    const answer = await request(`/api/vehicles/${encodeURIComponent(id)}/track`)
    const past = readTrack(answer?.body)
    city.setState(({ trail }) => (trail?.id === id ? { trail: withPast(trail, past) } : {}))
  } catch (error) {
    city.setState(({ trail }) => (trail?.id === id ? { trail: { ...trail, past: 'missing' } } : {}))
    onError(error)
  }
}

function chosenVehicle({ view, live, past }: CityState) {
  if (past !== null) return undefined
  const id = chosenId(view.selection, 'vehicle')
  return id === null ? undefined : live.vehicles.things.get(id)
}
