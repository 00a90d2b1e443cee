/** What is expected of one road, and how good forecasts were. */

import { readForecast, readScores, type HorizonScore, type RoadForecast } from '../contract/forecast.ts'
import { Problem } from './problem.ts'
import { request } from './request.ts'

const NOT_FOUND = 404

/** Null of a road that the gateway does not know, and of a gateway that knows no forecasts. */
export async function loadForecast(roadId: string, signal: AbortSignal): Promise<RoadForecast | null> {
  return found(async () => readForecast((await request(`/api/traffic/predictions/${encodeURIComponent(roadId)}`, { signal }))?.body))
}

/** Null of a gateway that knows no forecasts. */
export async function loadScores(signal: AbortSignal): Promise<readonly HorizonScore[] | null> {
  return found(async () => readScores((await request('/api/models', { signal }))?.body))
}

async function found<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Problem && error.status === NOT_FOUND) return null
    throw error
  }
}
