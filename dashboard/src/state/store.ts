/** All that the page shows, in one place; every change is a new state. */

import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

import type { Model } from '../api/model.ts'
import type { HorizonScore, RoadForecast } from '../contract/forecast.ts'
import type { AnyChange } from '../contract/message.ts'
import type { Bounds } from '../contract/model.ts'
import type { Platform } from '../contract/status.ts'
import type { Congestion, Summary } from '../contract/summary.ts'
import { aheadWithNews, type Forecasts } from './ahead.ts'
import type { Camera } from './camera.ts'
import { applied, nothing } from './collection.ts'
import { NO_LIVE, withChanges, type Live } from './live.ts'
import { START_CONNECTION, type Connection } from './health.ts'
import { isAhead, type Past } from './past.ts'
import type { Session } from './session.ts'
import type { Trail } from './trail.ts'
import { NO_USUAL, type UsualByRoad } from './usual.ts'
import { START_VIEW, type View } from './view.ts'

export interface CityState {
  readonly session: Session
  readonly connection: Connection
  /** Null until it is loaded. */
  readonly model: Model | null
  /** What the stream tells. */
  readonly live: Live
  /** What the stream tells of the next hour, while somebody may look at it. */
  readonly forecasts: Forecasts
  /** What the map and the panels show: the same, unless somebody looks at another time. */
  readonly shown: Live
  /** The other time that somebody looks at; null of now. */
  readonly past: Past | null
  readonly summary: Summary | null
  readonly congestion: Congestion | null
  /** How what is behind the page stands. */
  readonly platform: Platform | null
  /** Of the chosen vehicle. */
  readonly trail: Trail | null
  readonly usual: UsualByRoad
  /** Of roads that are looked at one by one. */
  readonly roadForecasts: ReadonlyMap<string, RoadForecast>
  /** How good forecasts were, as it was told for each of these roads. */
  readonly scores: ReadonlyMap<string, readonly HorizonScore[]>
  /** What part of the city is looked at closely; null from afar. */
  readonly near: Bounds | null
  readonly view: View
  /** Where the map looks, or, before there is one, is to look; null while nobody knows. */
  readonly camera: Camera | null
}

export const START: CityState = {
  session: { status: 'asking' },
  connection: START_CONNECTION,
  model: null,
  live: NO_LIVE,
  forecasts: nothing(),
  shown: NO_LIVE,
  past: null,
  summary: null,
  congestion: null,
  platform: null,
  trail: null,
  usual: NO_USUAL,
  roadForecasts: new Map(),
  scores: new Map(),
  near: null,
  view: START_VIEW,
  camera: null,
}

export const city = createStore<CityState>()(() => START)

export function useCity<T>(select: (state: CityState) => T): T {
  return useStore(city, select)
}

export function setView(change: (view: View) => View): void {
  city.setState((state) => ({ view: change(state.view) }))
}

/** What is expected of a road that is looked at; null of none. */
export function forecastOf({ roadForecasts }: CityState, roadId: string): RoadForecast | null {
  const forecast = roadForecasts.get(roadId)
  return forecast === undefined || forecast.ahead.length === 0 ? null : forecast
}

/** A state after the stream told of changes. */
export function withNews(state: CityState, changes: readonly AnyChange[]): Pick<CityState, 'live' | 'forecasts' | 'shown' | 'past'> {
  const { past } = state
  const live = withChanges(state.live, changes)
  const forecasts = changes.reduce(
    (before, change) => (change.topic === 'predictions' ? applied<'predictions'>(before, change) : before),
    state.forecasts,
  )
  const news = { live, forecasts }
  if (isAhead(past)) return { ...news, ...aheadWithNews(state, past, past.ahead, news) }
  return { ...news, past, shown: state.shown === state.live ? live : state.shown }
}
