/** What the gateway says on the live stream, read once: nothing behind here looks at raw JSON again. */

import { Malformed, fieldsOf, list, number, readable, text, texts, textOrNull, timeMs, timeMsOrNull, word, type Fields } from './fields.ts'
import { READERS, type Things, type Topic } from './topics.ts'

/** Where data comes from: `speed` is live. */
export const SOURCES = ['speed', 'batch', 'last-known'] as const

export type Source = (typeof SOURCES)[number]

export interface Freshness {
  /** Event time of the newest event; null without data. */
  readonly asOfMs: number | null
  readonly source: Source
}

/** Things of one topic as they are now. `whole`: there are no others. */
export interface Change<T extends Topic> {
  readonly topic: T
  readonly whole: boolean
  readonly changed: readonly Things[T][]
  readonly removed: readonly string[]
  readonly freshness: Freshness
}

export type AnyChange = { [T in Topic]: Change<T> }[Topic]

export type Message =
  | { readonly type: 'subscription'; readonly seq: number; readonly id: string; readonly resumed: readonly string[] }
  | { readonly type: 'change'; readonly seq: number; readonly id: string; readonly resume: string; readonly change: AnyChange }
  | { readonly type: 'heartbeat'; readonly seq: number; readonly timeMs: number; readonly source: Source }
  | { readonly type: 'problem'; readonly seq: number; readonly status: number; readonly detail: string; readonly field: string | null }
  /** Of a later gateway. */
  | { readonly type: 'unknown'; readonly seq: number; readonly named: string }

/** Takes what could not be read of an item; the others go on. */
export type OnBadItem = (topic: Topic, error: Malformed) => void

export function readMessage(raw: string, onBadItem: OnBadItem): Message {
  const of = fieldsOf(parsed(raw), 'message')
  const seq = number(of, 'seq')
  const type = text(of, 'type')
  switch (type) {
    case 'subscription':
      return { type, seq, id: text(of, 'id'), resumed: texts(of, 'resumed') }
    case 'snapshot':
    case 'delta':
      return {
        type: 'change',
        seq,
        id: text(of, 'id'),
        resume: text(of, 'resume'),
        change: changeOf(topicOf(of), of, type === 'snapshot', onBadItem),
      }
    case 'heartbeat':
      return { type, seq, timeMs: timeMs(of, 'time'), source: word(of, 'source', SOURCES, 'last-known') }
    case 'problem': {
      const problem = fieldsOf(of['problem'], 'problem')
      return {
        type,
        seq,
        status: number(problem, 'status'),
        detail: text(problem, 'detail'),
        field: textOrNull(problem, 'field'),
      }
    }
    default:
      return { type: 'unknown', seq, named: type }
  }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new Malformed('message', 'is no JSON')
  }
}

function topicOf(of: Fields): Topic {
  const named = text(of, 'topic')
  if (!Object.hasOwn(READERS, named)) throw new Malformed('topic', 'is none that is known')
  return named as Topic
}

function changeOf(topic: Topic, of: Fields, whole: boolean, onBadItem: OnBadItem): AnyChange {
  const change: Change<Topic> = {
    topic,
    whole,
    changed: readable<Things[Topic]>(list(of, whole ? 'items' : 'changed'), READERS[topic], (error) => {
      onBadItem(topic, error)
    }),
    removed: whole ? [] : texts(of, 'removed'),
    freshness: { asOfMs: timeMsOrNull(of, 'as_of'), source: word(of, 'source', SOURCES, 'last-known') },
  }
  // Things are of their topic, which the compiler does not follow.
  return change as AnyChange
}
