/** What a map of the whole city shows: the model's bounds, or where the vehicles are. */

import type { Bounds, Position } from '../contract/model.ts'
import type { Vehicle } from '../contract/vehicle.ts'
import type { CityState } from '../state/store.ts'

/** Null while nothing is known. */
export function boundsOf({ model, shown }: Pick<CityState, 'model' | 'shown'>): Bounds | null {
  if (model === null) return null
  return model.city.bounds ?? around(shown.vehicles.things.values())
}

/** Of something long; of two ways around the world, the shorter. */
export function boundsOfLine(line: readonly Position[]): Bounds {
  const lats = line.map(([, lat]) => lat)
  const lons = line.map(([lon]) => lon)
  const isOver = Math.max(...lons) - Math.min(...lons) > 180
  const [wests, easts] = isOver ? [lons.filter((lon) => lon > 0), lons.filter((lon) => lon <= 0)] : [lons, lons]
  return [Math.min(...wests), Math.min(...lats), Math.max(...easts), Math.max(...lats)]
}

/** Without the outermost of a hundred on each side: one lost vehicle must not make the city a dot. */
function around(vehicles: Iterable<Vehicle>): Bounds | null {
  const all = [...vehicles]
  if (all.length === 0) return null
  const lons = all.map(({ lon }) => lon).sort((one, other) => one - other)
  const lats = all.map(({ lat }) => lat).sort((one, other) => one - other)
  const left = Math.floor(all.length / 100)
  const right = all.length - 1 - left
  return [lons[left] ?? 0, lats[left] ?? 0, lons[right] ?? 0, lats[right] ?? 0]
}
