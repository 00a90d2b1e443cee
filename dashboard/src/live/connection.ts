/**
 * Owns the socket: connects, subscribes, notices when nothing comes any more, and comes back with the places
 * where it was, so that only what was missed is sent.
 */

import { Malformed } from '../contract/fields.ts'
import { readMessage, type AnyChange, type Message, type Source } from '../contract/message.ts'
import { waitMs } from './backoff.ts'
import type { Complaints } from './complaints.ts'
import type { Bounds } from '../contract/model.ts'
import { AHEAD, NEAR, asked, ended, isOfWhole, nearby, subscriptionsAt, type Pace, type Subscription } from './subscriptions.ts'

/** The gateway says something every 10 s. */
export const SILENCE_MS = 25_000
/** Close code of a session that has ended, and of a user who was removed. */
const POLICY_VIOLATION = 1008
/** A message that has something that the gateway does not know. */
const BAD_REQUEST = 400
/** Of our own: nothing came for too long, or something was left out. */
const ABANDONED = 4000
/** State of a socket that takes messages. */
const OPEN = 1

export type Status =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  /** Lost; tries again at `retryAtMs`, of this browser's clock. */
  | { readonly phase: 'waiting'; readonly retryAtMs: number }
  | { readonly phase: 'stopped' }

export interface Heard {
  onStatus: (status: Status) => void
  onChange: (change: AnyChange) => void
  onHeartbeat: (serverMs: number, source: Source) => void
  onSignedOut: () => void
}

export interface Means {
  readonly url: string
  readonly Socket: new (url: string) => WebSocket
  /** A refused handshake looks like any failure: the session tells whether it was one. */
  readonly isSignedOut: () => Promise<boolean>
  readonly complaints: Complaints
  readonly random: () => number
}

export class LiveConnection {
  readonly #means: Means
  readonly #heard: Heard
  readonly #resume = new Map<string, string>()
  #pace: Pace = 'standard'
  #near: Bounds | null = null
  #looksAhead = false
  #socket: WebSocket | null = null
  #attempt = 0
  #seq = 0
  #isLive = false
  #silence: ReturnType<typeof setTimeout> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #spokeAtMs = 0

  constructor(means: Means, heard: Heard) {
    this.#means = means
    this.#heard = heard
  }

  start(): void {
    if (this.#socket === null) this.#connect()
  }

  stop(): void {
    this.#leave()
    this.#heard.onStatus({ phase: 'stopped' })
  }

  /** What was known is gone: all must be sent anew. */
  forget(): void {
    this.#resume.clear()
  }

  /** Where somebody looks closely; null from afar. */
  lookAt(bbox: Bounds | null): void {
    const before = this.#near
    this.#near = bbox
    // Of another place than the last word was of.
    this.#resume.delete(NEAR)
    if (bbox !== null) this.#ask([nearby(bbox, this.#pace)])
    else if (before !== null) this.#send(ended(nearby(before, this.#pace)))
  }

  /** Whether to hear of what is forecast. */
  lookAhead(isWanted: boolean): void {
    if (isWanted === this.#looksAhead) return
    this.#looksAhead = isWanted
    // What it told is forgotten with it.
    this.#resume.delete(AHEAD.id)
    if (isWanted) this.#ask([AHEAD])
    else this.#send(ended(AHEAD))
  }

  /** How often to hear of what is new. All go on where they are, at other rates. */
  keepPace(pace: Pace): void {
    if (pace === this.#pace) return
    this.#pace = pace
    this.#ask(this.#wanted())
  }

  /** The network is back, or somebody looks again: no reason to wait. */
  look(): void {
    if (this.#retry !== undefined) this.#connect()
    else if (this.#socket !== null && Date.now() - this.#spokeAtMs > SILENCE_MS) this.#abandon()
  }

  #connect(): void {
    this.#leave()
    this.#heard.onStatus({ phase: 'connecting' })
    const socket = new this.#means.Socket(this.#means.url)
    this.#socket = socket
    this.#seq = 0
    let wasOpen = false
    this.#listen()
    socket.onopen = () => {
      wasOpen = true
      this.#listen()
      this.#ask(this.#wanted())
    }
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.#listen()
      this.#take(String(event.data))
    }
    socket.onclose = (event) => {
      void this.#closed(event.code, wasOpen)
    }
  }

  #wanted(): readonly Subscription[] {
    return [
      ...subscriptionsAt(this.#pace),
      ...(this.#near === null ? [] : [nearby(this.#near, this.#pace)]),
      ...(this.#looksAhead ? [AHEAD] : []),
    ]
  }

  /** Each from its last word on; one of the same id takes the place of the one before. */
  #ask(subscriptions: readonly Subscription[]): void {
    for (const one of subscriptions) this.#send(asked(one, this.#resume.get(one.id)))
  }

  /** One that is closing takes nothing any more; the next one is told. */
  #send(message: string): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(message)
  }

  async #closed(code: number, wasOpen: boolean): Promise<void> {
    this.#leave()
    if (code === POLICY_VIOLATION) {
      this.#signedOut()
      return
    }
    this.#wait()
    if (wasOpen) return
    const signedOut = await this.#means.isSignedOut()
    // Meanwhile somebody may have signed in, or gone.
    if (signedOut && this.#retry !== undefined) this.#signedOut()
  }

  #signedOut(): void {
    this.stop()
    this.#heard.onSignedOut()
  }

  #wait(): void {
    const wait = waitMs(this.#attempt, this.#means.random())
    this.#attempt += 1
    this.#heard.onStatus({ phase: 'waiting', retryAtMs: Date.now() + wait })
    this.#retry = setTimeout(() => {
      this.#connect()
    }, wait)
  }

  #listen(): void {
    this.#spokeAtMs = Date.now()
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      this.#abandon()
    }, SILENCE_MS)
  }

  /** A socket that hangs may take minutes to close: it is not waited for. */
  #abandon(): void {
    this.#leave()
    this.#wait()
  }

  #leave(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#isLive = false
    const socket = this.#socket
    if (socket === null) return
    this.#socket = null
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(ABANDONED)
  }

  #take(raw: string): void {
    let message: Message
    try {
      message = readMessage(raw, (topic, error) => {
        this.#means.complaints.add(`item of ${topic}`, error.message)
      })
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#means.complaints.add('message', error.message)
      // It had a number all the same.
      this.#seq += 1
      return
    }
    if (this.#seq > 0 && message.seq !== this.#seq + 1) {
      this.#means.complaints.add('sequence', `${message.seq} came after ${this.#seq}`)
      this.forget()
      this.#abandon()
      return
    }
    this.#seq = message.seq
    this.#obey(message)
  }

  #obey(message: Message): void {
    switch (message.type) {
      case 'change':
        this.#live()
        this.#resume.set(message.id, message.resume)
        this.#heard.onChange(isOfWhole(message.id) ? message.change : partOf(message.change))
        break
      case 'heartbeat':
        this.#live()
        this.#heard.onHeartbeat(message.timeMs, message.source)
        break
      case 'problem':
        // A gateway of before there were forecasts: the page goes on without.
        if (this.#looksAhead && message.status === BAD_REQUEST && message.field === 'subscribe') break
        this.#means.complaints.add('problem', `${message.status} ${message.detail}`)
        if (message.field === 'resume') {
          this.forget()
          this.#ask(this.#wanted())
        }
        break
      case 'unknown':
        this.#means.complaints.add('message', `of a type that is not known: ${message.named}`)
        break
      case 'subscription':
        // What does not go on where it was begins with a snapshot, which says so itself.
        break
    }
  }

  #live(): void {
    this.#attempt = 0
    if (this.#isLive) return
    this.#isLive = true
    this.#heard.onStatus({ phase: 'live' })
  }
}

/** Of a part nothing is to be learned of the whole: who has left it is elsewhere. */
function partOf(change: AnyChange): AnyChange {
  return { ...change, whole: false, removed: [] }
}
