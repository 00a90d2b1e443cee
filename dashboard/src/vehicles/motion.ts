/**
 * How a vehicle gets from where it is shown to where it was last seen: straight, and in as long as it takes
 * until the next word of it. So it is shown a report behind, and never jumps on its way.
 */

import { metresPerUnit } from './mercator.ts'

export interface Fix {
  readonly x: number
  readonly y: number
  readonly headingDeg: number | null
  readonly timeMs: number
}

export interface Motion {
  readonly fromX: number
  readonly fromY: number
  readonly toX: number
  readonly toY: number
  readonly fromHeadingDeg: number | null
  readonly toHeadingDeg: number | null
  readonly startMs: number
  readonly durationMs: number
  readonly fixMs: number
  /** How often it reports, as far as was seen. */
  readonly intervalMs: number
}

export interface Shown {
  x: number
  y: number
  headingDeg: number | null
}

export const FIRST_INTERVAL_MS = 2_000
const SHORTEST_MS = 500
const LONGEST_MS = 15_000
/** A report that comes a little late must find the vehicle still on its way. */
const MARGIN = 1.1
/** Farther than any vehicle drives between two reports: it was carried, or another one has its name. */
const JUMP_M = 1_000
const JUMP_MS = 60_000
/** Nobody turns round in place: a heading is followed within this. */
const TURN_MS = 400

export function standing(fix: Fix, nowMs: number, intervalMs = FIRST_INTERVAL_MS): Motion {
  return {
    fromX: fix.x,
    fromY: fix.y,
    toX: fix.x,
    toY: fix.y,
    fromHeadingDeg: fix.headingDeg,
    toHeadingDeg: fix.headingDeg,
    startMs: nowMs,
    durationMs: 0,
    fixMs: fix.timeMs,
    intervalMs,
  }
}

export function moved(before: Motion, fix: Fix, nowMs: number): Motion {
  const gapMs = fix.timeMs - before.fixMs
  const intervalMs = gapMs > 0 ? 0.6 * before.intervalMs + 0.4 * clamp(gapMs, SHORTEST_MS, LONGEST_MS) : before.intervalMs
  const from = shownAt(before, nowMs, { x: 0, y: 0, headingDeg: null })
  // Over the 180th meridian the way is the short one.
  const fromX = from.x + Math.round(fix.x - from.x)
  const distanceM = Math.hypot(fix.x - fromX, fix.y - from.y) * metresPerUnit(fix.y)
  // Of a word after long silence, or from another time, nobody learns how often it reports.
  if (distanceM > JUMP_M || gapMs > JUMP_MS) return standing(fix, nowMs, before.intervalMs)
  return {
    fromX,
    fromY: from.y,
    toX: fix.x,
    toY: fix.y,
    fromHeadingDeg: from.headingDeg,
    // One that stands often sends no heading: it looks where it looked.
    toHeadingDeg: fix.headingDeg ?? from.headingDeg,
    startMs: nowMs,
    durationMs: clamp(intervalMs * MARGIN, SHORTEST_MS, LONGEST_MS),
    fixMs: fix.timeMs,
    intervalMs,
  }
}

/** Writes into `into`, for this is asked of every vehicle at every frame. */
export function shownAt(motion: Motion, nowMs: number, into: Shown): Shown {
  const passedMs = nowMs - motion.startMs
  const share = motion.durationMs <= 0 ? 1 : clamp(passedMs / motion.durationMs, 0, 1)
  into.x = motion.fromX + (motion.toX - motion.fromX) * share
  into.y = motion.fromY + (motion.toY - motion.fromY) * share
  into.headingDeg = turned(motion.fromHeadingDeg, motion.toHeadingDeg, clamp(passedMs / TURN_MS, 0, 1))
  return into
}

export function isMoving(motion: Motion, nowMs: number): boolean {
  return nowMs - motion.startMs < motion.durationMs
}

/** Between two headings, the short way round. */
function turned(fromDeg: number | null, toDeg: number | null, share: number): number | null {
  if (fromDeg === null || toDeg === null) return toDeg
  const turn = ((toDeg - fromDeg + 540) % 360) - 180
  return (fromDeg + turn * share + 360) % 360
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
