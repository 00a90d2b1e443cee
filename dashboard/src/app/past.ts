/**
 * Looks at another time than now: asks for what was then, and goes on by itself while that is wanted. What is to come is
 * in the stream.
 */

import { lastDay, loadHistory } from '../api/history.ts'
import { loadIncidents, loadPicture, type Picture } from '../api/past.ts'
import type { Incident } from '../contract/incident.ts'
import { Complaints } from '../live/complaints.ts'
import { STOPS, lookingAhead, outlookOf, type Stop } from '../state/ahead.ts'
import { backToLive, dayOf, isOfLastDay, lookingBack, newestStep, stepped, withFailure, withPicture, type Past } from '../state/past.ts'
import { windowS } from '../state/roads.ts'
import { city } from '../state/store.ts'
import { failed } from './failed.ts'
import { serverNow } from './serverNow.ts'

/** Who drags passes many times, and stays at one. */
const SETTLED_MS = 120
/** Faster than this nobody sees what changes. */
const PLAY_MS = 700
/** What a day had is asked for anew when it is older. */
const DAY_FRESH_MS = 60_000
/** Late events come within minutes: what is older by this does not change any more, and can be kept. */
const SETTLED_PAST_MS = 900_000
const MOST_KEPT = 48

const complaints = new Complaints()

/** The last whole step, which has everything. */
export function openPast(): void {
  lookBack(stepped(newestStep(serverNow()), -1, serverNow()))
}

export function lookBack(atMs: number): void {
  city.setState((state) => lookingBack(state, atMs))
}

export function lookAhead(stop: Stop): void {
  city.setState((state) => lookingAhead(state, stop, serverNow()))
}

/** One step on or back. Forecasts follow on the newest step. */
export function stepPast(direction: 1 | -1): void {
  city.setState((state) => {
    const { past, forecasts } = state
    if (past === null) return {}
    const nowMs = serverNow()
    const newest = newestStep(nowMs)
    if (past.ahead === null && (direction < 0 || past.atMs < newest)) return lookingBack(state, stepped(past.atMs, direction, nowMs))
    const at = past.ahead === null ? -1 : STOPS.indexOf(past.ahead)
    if (direction < 0) {
      const nearer = STOPS[at - 1]
      return nearer === undefined ? lookingBack(state, newest) : lookingAhead(state, nearer, nowMs)
    }
    const farther = STOPS[at + 1]
    return farther === undefined || outlookOf(forecasts) !== 'there' ? {} : lookingAhead(state, farther, nowMs)
  })
}

export function playPast(isPlaying: boolean): void {
  city.setState(({ past }) => (past === null ? {} : { past: { ...past, isPlaying } }))
}

export function leavePast(): void {
  city.setState((state) => (state.past === null ? {} : backToLive(state)))
}

/** As a link has it; one that is of no time that can be known is of now. */
export function openAt(atMs: number | null): void {
  if (atMs !== null && isOfLastDay(atMs, serverNow())) lookBack(atMs)
  else leavePast()
}

/** Returns what ends it; the time that is looked at stays, for who signs in again. */
export function followPast(): () => void {
  const ending = new AbortController()
  const day = new Day(ending.signal)
  const kept = new Map<number, Picture>()
  let asked: { readonly atMs: number; readonly ending: AbortController } | null = null
  let askedMs = -Infinity
  let timer: number | undefined
  let playing: number | undefined

  const pictureAt = async (atMs: number, signal: AbortSignal): Promise<Picture> => {
    const known = kept.get(atMs)
    if (known !== undefined) return known
    const picture = await loadPicture(atMs, complaints, signal)
    if (serverNow() - atMs > SETTLED_PAST_MS) kept.set(atMs, picture)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return picture
  }
  const ask = async (atMs: number, signal: AbortSignal): Promise<void> => {
    try {
      const [picture, incidents] = await Promise.all([pictureAt(atMs, signal), day.incidents()])
      if (!signal.aborted) city.setState((state) => withPicture(state, atMs, picture, incidents))
    } catch (error) {
      if (signal.aborted) return
      const failure = failed(error)
      if (failure !== null) city.setState((state) => withFailure(state, atMs, failure))
    }
  }
  /** The slider has no marks then, and goes everywhere. */
  const onMissingDay = (error: unknown): void => {
    if (!ending.signal.aborted) failed(error)
  }
  const drop = (): void => {
    window.clearTimeout(timer)
    asked?.ending.abort()
    asked = null
  }
  const look = (past: Past | null): void => {
    window.clearTimeout(playing)
    if (past?.answer.status !== 'loading') drop()
    if (past === null) return
    if (past.ahead !== null) {
      if (past.incidents === null) void day.incidents().catch(onMissingDay)
    } else if (past.answer.status === 'loading' && asked?.atMs !== past.atMs) {
      drop()
      const { atMs } = past
      const own = new AbortController()
      asked = { atMs, ending: own }
      askedMs = performance.now()
      timer = window.setTimeout(() => void ask(atMs, own.signal), kept.has(atMs) ? 0 : SETTLED_MS)
    } else if (past.answer.status === 'known' && past.isPlaying) {
      playing = window.setTimeout(playOn, Math.max(0, askedMs + PLAY_MS - performance.now()))
    }
  }
  look(city.getState().past)
  const stop = city.subscribe(({ past }, before) => {
    if (past !== before.past) look(past)
  })
  return () => {
    stop()
    drop()
    window.clearTimeout(playing)
    ending.abort()
  }
}

/** Up to now, and not beyond. */
function playOn(): void {
  city.setState((state) => {
    if (state.past === null) return {}
    const next = stepped(state.past.atMs, 1, serverNow())
    return next > state.past.atMs ? lookingBack(state, next, true) : { past: { ...state.past, isPlaying: false } }
  })
}

/** Speeds and incidents of the last day: asked for together, for all times that are looked at in it. */
class Day {
  readonly #signal: AbortSignal
  #askedMs = -Infinity
  #incidents: Promise<readonly Incident[]> | null = null

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  async incidents(): Promise<readonly Incident[]> {
    if (this.#incidents === null || performance.now() - this.#askedMs > DAY_FRESH_MS) {
      this.#askedMs = performance.now()
      this.#incidents = loadIncidents(dayOf(serverNow()), complaints, this.#signal)
      void this.#askHistory()
    }
    try {
      const incidents = await this.#incidents
      tellPast({ incidents })
      return incidents
    } catch (error) {
      this.#incidents = null
      throw error
    }
  }

  /** Without it there is no line to see, but every time can be chosen. */
  async #askHistory(): Promise<void> {
    const range = lastDay(serverNow(), windowS(city.getState().live.traffic))
    try {
      tellPast({ history: await loadHistory(null, range, complaints, this.#signal) })
    } catch (error) {
      if (!this.#signal.aborted) complaints.add('speeds of the last day', error instanceof Error ? error.message : String(error))
    }
  }
}

function tellPast(news: Partial<Pick<Past, 'history' | 'incidents'>>): void {
  city.setState(({ past }) => (past === null ? {} : { past: { ...past, ...news } }))
}
