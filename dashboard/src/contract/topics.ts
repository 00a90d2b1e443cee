import { readCamera, type Camera } from './camera.ts'
import { readIncident, type Incident } from './incident.ts'
import { readRoad, type Road } from './road.ts'
import { readStation, type Station } from './station.ts'
import { readVehicle, type Vehicle } from './vehicle.ts'

/** What the live stream tells of, as the gateway names it. */
export interface Things {
  traffic: Road
  vehicles: Vehicle
  emergencies: Incident
  weather: Station
  cameras: Camera
}

export type Topic = keyof Things

export const TOPICS = ['traffic', 'vehicles', 'emergencies', 'weather', 'cameras'] as const satisfies readonly Topic[]

export const READERS: { readonly [T in Topic]: (value: unknown) => Things[T] } = {
  traffic: readRoad,
  vehicles: readVehicle,
  emergencies: readIncident,
  weather: readStation,
  cameras: readCamera,
}
