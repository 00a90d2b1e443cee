/** The next hour, as far as it is forecast: pure. Only roads are; all else that is shown then is of now. */

import type { Ahead, RoadForecast } from '../contract/forecast.ts'
import type { Road } from '../contract/road.ts'
import type { Collection } from './collection.ts'
import type { Live } from './live.ts'
import { unmeasured, type Past } from './past.ts'
import type { CityState } from './store.ts'

export type Forecasts = Collection<RoadForecast>

/** Minutes from now that can be looked at. */
export const STOPS = [5, 15, 30, 60] as const

export type Stop = (typeof STOPS)[number]

const MINUTE_MS = 60_000

/** Null of other numbers. */
export function stopOf(minutes: number): Stop | null {
  return STOPS.find((stop) => stop === minutes) ?? null
}

/** Of a road, so many minutes ahead; null where there is none, and of an old one, whose minutes have gone by. */
export function aheadOf({ ahead, stale }: RoadForecast, stop: Stop): Ahead | null {
  return stale ? null : (ahead.find(({ minutes }) => minutes === stop) ?? null)
}

/** `unknown` until the gateway has told of any, and where it knows no forecasts. */
export type Outlook = 'unknown' | 'none' | 'old' | 'there'

export function outlookOf({ things, freshness }: Forecasts): Outlook {
  if (freshness === null) return 'unknown'
  const made = [...things.values()].filter(({ ahead }) => ahead.length > 0)
  if (made.length === 0) return 'none'
  return made.every(({ stale }) => stale) ? 'old' : 'there'
}

/** When the newest forecast was made; null without any. */
export function madeMs({ things }: Forecasts): number | null {
  const times = [...things.values()].flatMap(({ asOfMs, ahead }) => (asOfMs === null || ahead.length === 0 ? [] : [asOfMs]))
  return times.length === 0 ? null : times.reduce((newest, ms) => Math.max(newest, ms))
}

/** A state that looks ahead. */
export function lookingAhead(state: CityState, stop: Stop, nowMs: number): Pick<CityState, 'past' | 'shown' | 'view'> {
  const { past, live, forecasts, view } = state
  const atMs = (madeMs(forecasts) ?? nowMs) + stop * MINUTE_MS
  const looked: Past = { history: null, incidents: null, ...past, atMs, ahead: stop, isPlaying: false, answer: { status: 'known' } }
  return { past: looked, shown: liveAhead(live, forecasts, stop), view: view.follows ? { ...view, follows: false } : view }
}

/** The same with newer news, for who looks ahead already. */
export function aheadWithNews(before: CityState, past: Past, stop: Stop, news: Pick<CityState, 'live' | 'forecasts'>): Pick<CityState, 'past' | 'shown'> {
  const { live, forecasts } = news
  const isSame = forecasts === before.forecasts && live.traffic.things === before.live.traffic.things
  const made = madeMs(forecasts)
  const atMs = made === null ? past.atMs : made + stop * MINUTE_MS
  return {
    past: atMs === past.atMs ? past : { ...past, atMs },
    shown: isSame ? { ...live, traffic: before.shown.traffic } : liveAhead(live, forecasts, stop),
  }
}

/** The city with its roads as they are expected; those without a forecast are unknown. */
function liveAhead(live: Live, forecasts: Forecasts, stop: Stop): Live {
  const things = new Map<string, Road>()
  for (const [id, road] of live.traffic.things) things.set(id, unmeasured(road))
  for (const [id, forecast] of forecasts.things) things.set(id, expected(forecast, aheadOf(forecast, stop)))
  return { ...live, traffic: { things, freshness: forecasts.freshness ?? live.traffic.freshness } }
}

function expected(road: RoadForecast, ahead: Ahead | null): Road {
  const unknown = unmeasured(road)
  return ahead === null ? unknown : { ...unknown, meanSpeedKmh: ahead.speedKmh, level: ahead.level, ratio: ahead.ratio }
}
