/** What lies under a pointer, the loudest first: vehicles, what stands, a road. */

import type { Map as GlMap, PointLike } from 'maplibre-gl'

import type { Selection, SelectableKind } from '../state/selection.ts'
import type { VehicleLayer } from '../vehicles/layer.ts'
import type { Hit } from '../vehicles/protocol.ts'
import { PLACE_LAYERS } from './layers/places.ts'
import { ROAD_LAYER } from './layers/roads.ts'

interface At {
  readonly x: number
  readonly y: number
}

export type Picked =
  | { readonly kind: 'one'; readonly selection: Selection | null }
  /** Vehicles that no zoom shows apart. */
  | { readonly kind: 'stack'; readonly ids: readonly string[] }
  | { readonly kind: 'group'; readonly group: NonNullable<Hit['group']>; readonly ids: readonly string[] }

/** A finger is broader than a mouse. */
export function reachPx(): number {
  return window.matchMedia('(pointer: coarse)').matches ? 14 : 5
}

export async function pick(map: GlMap, vehicles: VehicleLayer, at: At): Promise<Picked> {
  const reach = reachPx()
  const { ids, group } = await vehicles.hit(at, reach)
  if (group !== null) return { kind: 'group', group, ids }
  const [id] = ids
  if (id === undefined) return { kind: 'one', selection: pickStanding(map, at, reach) }
  return ids.length > 1 ? { kind: 'stack', ids } : { kind: 'one', selection: { kind: 'vehicle', id } }
}
export function pickStanding(map: GlMap, at: At, reach = reachPx()): Selection | null {
  const place = under(map, at, reach, PLACE_LAYERS)
  if (place !== null) return { kind: String(place['kind']) as SelectableKind, id: String(place['id']) }
  const road = under(map, at, reach, [ROAD_LAYER])
  return road === null ? null : { kind: 'road', id: String(road['road_id']) }
}

function under(map: GlMap, { x, y }: At, reach: number, layers: readonly string[]): Readonly<Record<string, unknown>> | null {
  const box: [PointLike, PointLike] = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ]
  const found = map.queryRenderedFeatures(box, { layers: [...layers] })[0]
  return found?.properties ?? null
}
