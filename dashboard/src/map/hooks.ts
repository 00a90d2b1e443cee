/**
 * What browser tests and benchmarks may look at, on `window.__city`. Nothing can be changed through it.
 *
 * - `vehicles()`: promise of `{id: {lon, lat, x, y}}`, where each vehicle was drawn last: degrees, and CSS px from the
 *   map's upper left corner
 * - `groups()`: promise of `[{x, y, counts}]`, the groups of vehicles that were drawn last, `counts` by type
 * - `painted()`: promise of `{frames, ms, vehicles}`: how often vehicles were drawn so far, what all of that took, and how
 *   many there were the last time
 * - `roadsDrawn()`: how many roads there are on what the map has drawn
 * - `roadLevel(id)`: the level that a road is coloured by, null of a road that is not known
 * - `view()`: `{lon, lat, zoom, bearingDeg}` of the map's middle
 * - `trail()`: how many points the chosen vehicle's way has
 * - `approach()`: the lines of the chosen incident as GeoJSON, `leg` of each `unit` or `transfer`; null without one
 * - `source()`: where the data comes from (`speed`, `batch`, `last-known`), null before the first word
 */

import type { Source } from '../contract/message.ts'
import type { Level } from '../contract/road.ts'
import type { Camera } from '../state/camera.ts'
import { city } from '../state/store.ts'
import type { Drawn, DrawnGroup, Painted } from '../vehicles/protocol.ts'
import type { Legs } from './approach.ts'
import type { CityMap } from './cityMap.ts'

export interface CityHooks {
  readonly vehicles: () => Promise<Readonly<Record<string, Drawn>>>
  readonly groups: () => Promise<readonly DrawnGroup[]>
  readonly painted: () => Promise<Painted>
  readonly roadsDrawn: () => number
  readonly roadLevel: (id: string) => Level | null
  readonly view: () => Camera
  readonly trail: () => number
  readonly approach: () => Legs | null
  readonly source: () => Source | null
}

declare global {
  interface Window {
    __city?: CityHooks
  }
}

export function offerHooks(map: CityMap): void {
  window.__city = {
    vehicles: map.vehicles.drawn,
    groups: map.vehicles.groups,
    painted: map.vehicles.painted,
    roadsDrawn: () => map.roadsDrawn,
    roadLevel: (id) => map.level(id),
    view: () => map.camera,
    trail: () => city.getState().trail?.points.length ?? 0,
    approach: () => map.approach,
    source: () => city.getState().connection.source,
  }
}
