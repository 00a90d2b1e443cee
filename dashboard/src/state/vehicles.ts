/** Vehicles by their types. */

import { VEHICLE_TYPES, type Vehicle, type VehicleType } from '../contract/vehicle.ts'

/** Who brings help first, then who carries many. */
const LOUDEST: readonly VehicleType[] = ['ambulance', 'police', 'fire', 'bus', 'tram', 'train', 'ferry', 'taxi']
const BY_LOUDNESS: readonly VehicleType[] = [...LOUDEST, ...VEHICLE_TYPES.filter((type) => !LOUDEST.includes(type))]
/** What most cities have: named while nothing has reported yet. */
const USUAL: readonly VehicleType[] = ['ambulance', 'police', 'fire', 'bus', 'taxi', 'car']

export function countByType(vehicles: Iterable<Vehicle>): ReadonlyMap<VehicleType, number> {
  const counts = new Map<VehicleType, number>()
  for (const { type } of vehicles) counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

/** Types that can be shown or hidden: those that are there, and those that were hidden. */
export function listedTypes(
  counts: ReadonlyMap<VehicleType, number>,
  hidden: readonly VehicleType[],
): readonly VehicleType[] {
  if (counts.size === 0 && hidden.length === 0) return USUAL
  return BY_LOUDNESS.filter((type) => counts.has(type) || hidden.includes(type))
}

/** The loudest first, as they lie on each other. */
export function byLoudness(vehicles: readonly Vehicle[]): readonly Vehicle[] {
  const at = (type: VehicleType): number => BY_LOUDNESS.indexOf(type)
  return [...vehicles].sort((one, other) => at(one.type) - at(other.type) || one.id.localeCompare(other.id))
}
