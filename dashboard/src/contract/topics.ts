import { readCamera, type Camera } from './camera.ts'
import { readForecast, type RoadForecast } from './forecast.ts'
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
  predictions: RoadForecast
}

export type Topic = keyof Things

/** How the city is now. */
export type CityTopic = Exclude<Topic, 'predictions'>

export const TOPICS = ['traffic', 'vehicles', 'emergencies', 'weather', 'cameras'] as const satisfies readonly CityTopic[]

export const READERS: { readonly [T in Topic]: (value: unknown) => Things[T] } = {
  traffic: readRoad,
  vehicles: readVehicle,
  emergencies: readIncident,
  weather: readStation,
  cameras: readCamera,
  predictions: readForecast,
}
