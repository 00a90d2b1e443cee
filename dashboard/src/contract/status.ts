/** How the platform behind the page stands: its layers, its services, and what is known of each topic. */

import { fieldsOf, flag, list, number, numberOrNull, text, timeMs, timeMsOrNull, word, type Fields } from './fields.ts'

/** From what is well to what nobody can tell. */
export const PART_STATES = ['up', 'degraded', 'down', 'unknown'] as const

export type PartState = (typeof PART_STATES)[number]

export interface LayerStatus {
  /** speed, batch, archive, search; a later gateway may have more. */
  readonly name: string
  readonly state: PartState
  /** Since when it is so, as far as the gateway has seen; null while nobody can tell. */
  readonly sinceMs: number | null
  /** Values that wait to be written there; null of a layer that nobody is heard to write to. */
  readonly pending: number | null
}

/** One role of one service, all its instances together. */
export interface ServiceStatus {
  readonly type: string
  readonly role: string
  readonly state: PartState
  readonly instances: number
  readonly eventsPerS: number | null
  /** Records that it has still to take. */
  readonly lag: number | null
}

/** What the gateway knows of one topic. */
export interface DataStatus {
  readonly topic: string
  readonly isKnown: boolean
  readonly things: number
  readonly withData: number
  readonly asOfMs: number | null
}

export interface Platform {
  /** When the gateway said so, by its clock. */
  readonly timeMs: number
  readonly layers: readonly LayerStatus[]
  readonly services: readonly ServiceStatus[]
  readonly data: readonly DataStatus[]
}

export function readPlatform(value: unknown): Platform {
  const of = fieldsOf(value, 'status')
  return {
    timeMs: timeMs(of, 'time'),
    layers: named(of, 'layers', (name, layer) => ({
      name,
      state: stateOf(layer),
      sinceMs: timeMsOrNull(layer, 'since'),
      pending: numberOrNull(layer, 'pending'),
    })),
    services: list(of, 'services').map(readService),
    data: named(of, 'data', (topic, data) => ({
      topic,
      isKnown: flag(data, 'known'),
      things: number(data, 'things'),
      withData: number(data, 'with_data'),
      asOfMs: timeMsOrNull(data, 'as_of'),
    })),
  }
}

function readService(value: unknown): ServiceStatus {
  const of = fieldsOf(value, 'services')
  return {
    type: text(of, 'process'),
    role: text(of, 'role'),
    state: stateOf(of),
    instances: number(of, 'instances'),
    eventsPerS: numberOrNull(of, 'events_per_s'),
    lag: numberOrNull(of, 'lag'),
  }
}

function stateOf(of: Fields): PartState {
  return word(of, 'state', PART_STATES, 'unknown')
}

function named<T>(of: Fields, member: string, read: (name: string, of: Fields) => T): readonly T[] {
  const members = fieldsOf(of[member], member)
  return Object.keys(members).map((name) => read(name, fieldsOf(members[name], name)))
}
