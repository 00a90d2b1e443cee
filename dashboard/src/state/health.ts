/** How far what is shown can be trusted: one word for the chip, and a line for the banner. */

import type { Source } from '../contract/message.ts'
import type { Status } from '../live/connection.ts'
import type { Live } from './live.ts'

export interface Connection {
  readonly status: Status
  readonly source: Source | null
  /** Milliseconds that the gateway's clock is ahead of this browser's. */
  readonly offsetMs: number
  /** What is shown is no longer what is: the connection has been lost for a while. */
  readonly isPale: boolean
}

export const START_CONNECTION: Connection = {
  status: { phase: 'connecting' },
  source: null,
  offsetMs: 0,
  isPale: false,
}

/** Whether the map is to look as what it shows: no longer what is. */
export function isFaded({ isPale, source }: Connection): boolean {
  return isPale || (source !== null && source !== 'speed')
}

/** `past`: another time is looked at; `ahead`: one that is to come. */
export type Health = 'connecting' | 'live' | 'quiet' | 'behind' | 'reconnecting' | 'away' | 'stopped' | 'past' | 'ahead'

/** Moving things report within seconds: a feed that is silent this long has stopped. */
export const QUIET_MS = 60_000

/** Event time of the newest thing that is shown; null without any. */
export function newestMs(live: Live): number | null {
  const times = [live.vehicles, live.traffic, live.emergencies]
    .map((one) => one.freshness?.asOfMs ?? null)
    .filter((one) => one !== null)
  return times.length === 0 ? null : Math.max(...times)
}

export function healthOf(connection: Connection, newest: number | null, nowMs: number): Health {
  const { status, source } = connection
  if (status.phase === 'stopped') return 'stopped'
  if (status.phase === 'waiting') return 'reconnecting'
  if (status.phase === 'connecting') return newest === null ? 'connecting' : 'reconnecting'
  if (source !== null && source !== 'speed') return 'behind'
  if (newest !== null && nowMs - newest > QUIET_MS) return 'quiet'
  return 'live'
}
