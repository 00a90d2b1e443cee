/** The city model: asked once, for it does not change while a gateway runs. */

import { fieldsOf, list, readable } from '../contract/fields.ts'
import {
  readCity,
  readHospital,
  readModelRoad,
  readSensor,
  type City,
  type ModelPlace,
  type ModelRoad,
} from '../contract/model.ts'
import type { Complaints } from '../live/complaints.ts'
import { Problem } from './problem.ts'
import { request } from './request.ts'

export interface Model {
  readonly city: City
  readonly roads: ReadonlyMap<string, ModelRoad>
  readonly hospitals: ReadonlyMap<string, ModelPlace>
  readonly sensors: ReadonlyMap<string, ModelPlace>
}

export async function loadModel(complaints: Complaints): Promise<Model> {
  const [city, roads, hospitals, sensors] = await Promise.all([
    request('/api/city').then((answer) => readCity(answer?.body)),
    things('/api/roads', 'features', readModelRoad, complaints),
    things('/api/hospitals', 'hospitals', readHospital, complaints),
    things('/api/sensors', 'sensors', readSensor, complaints),
  ])
  return { city, roads, hospitals, sensors }
}

/** By id; none where the gateway has no city model. */
async function things<T extends { readonly id: string }>(
  path: string,
  member: string,
  read: (value: unknown) => T,
  complaints: Complaints,
): Promise<ReadonlyMap<string, T>> {
  const found = readable(await listed(path, member), read, (error) => {
    complaints.add(`item of ${path}`, error.message)
  })
  return new Map(found.map((thing) => [thing.id, thing]))
}

async function listed(path: string, member: string): Promise<readonly unknown[]> {
  try {
    const answer = await request(path)
    return list(fieldsOf(answer?.body, path), member)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return []
    throw error
  }
}
