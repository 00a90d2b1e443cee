import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { CAR, HEAD, forecast } from '../contract/samples.ts'
import { FIRST_MS, LONGEST_MS, waitMs } from './backoff.ts'
import { Complaints } from './complaints.ts'
import { LiveConnection, SILENCE_MS, type Heard, type Status } from './connection.ts'

/** Stands where the browser's own would: everything behind it is real. */
class FakeSocket {
  static all: FakeSocket[] = []
  readonly url: string
  readonly sent: Record<string, unknown>[] = []
  isClosed = false
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null

  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }

  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }

  close(): void {
    this.isClosed = true
  }

  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  ends(code: number): void {
    this.isClosed = true
    this.onclose?.({ code })
  }
}

function newest(): FakeSocket {
  const socket = FakeSocket.all.at(-1)
  if (socket === undefined) throw new Error('no socket was opened')
  return socket
}

function opened(isSignedOut = false) {
  const statuses: Status[] = []
  const heard = {
    onStatus: (status: Status) => {
      statuses.push(status)
    },
    onChange: vi.fn<Heard['onChange']>(),
    onHeartbeat: vi.fn<Heard['onHeartbeat']>(),
    onSignedOut: vi.fn<Heard['onSignedOut']>(),
  }
  const log = vi.fn<(line: string) => void>()
  const complaints = new Complaints(log)
  const connection = new LiveConnection(
    {
      url: 'ws://city/ws/live',
      Socket: FakeSocket as unknown as new (url: string) => WebSocket,
      isSignedOut: () => Promise.resolve(isSignedOut),
      complaints,
      random: () => 1,
    },
    heard,
  )
  connection.start()
  return { connection, statuses, heard, complaints, log }
}

const heartbeat = (seq: number) => ({ type: 'heartbeat', seq, time: '2026-11-28T08:00:00Z', source: 'speed' })
const delta = (seq: number, resume: string) => ({ type: 'delta', ...HEAD, seq, resume, changed: [CAR], removed: [] })

beforeEach(() => {
  FakeSocket.all = []
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('an open socket is asked for everything, and is live at its first word', () => {
  const { statuses } = opened()
  expect(newest().url).toBe('ws://city/ws/live')
  newest().opens()
  expect(newest().sent.flatMap(({ subscribe }) => subscribe as string[]).sort()).toEqual([
    'cameras',
    'emergencies',
    'traffic',
    'vehicles',
    'weather',
  ])
  expect(newest().sent.every((one) => !('resume' in one))).toBe(true)
  expect(statuses).toEqual([{ phase: 'connecting' }])
  newest().says(heartbeat(1))
  newest().says(heartbeat(2))
  expect(statuses).toEqual([{ phase: 'connecting' }, { phase: 'live' }])
})

test('who comes back gives the last word that came of each subscription', async () => {
  opened()
  newest().opens()
  newest().says(delta(1, 'first'))
  newest().says(delta(2, 'second'))
  newest().ends(1006)
  await vi.advanceTimersByTimeAsync(FIRST_MS)
  expect(FakeSocket.all).toHaveLength(2)
  newest().opens()
  expect(newest().sent.find(({ id }) => id === 'vehicles')).toMatchObject({ resume: 'second' })
  expect(newest().sent.find(({ id }) => id === 'traffic')).not.toHaveProperty('resume')
})

test('each attempt waits longer, until one is heard', async () => {
  const { statuses } = opened()
  const waits: number[] = []
  for (let attempt = 0; attempt < 8; attempt += 1) {
    newest().ends(1006)
    const status = statuses.at(-1)
    if (status?.phase !== 'waiting') throw new Error(`it is ${status?.phase}`)
    const wait = status.retryAtMs - Date.now()
    waits.push(wait)
    await vi.advanceTimersByTimeAsync(wait)
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  newest().opens()
  newest().says(heartbeat(1))
  newest().ends(1006)
  expect(statuses.at(-1)).toEqual({ phase: 'waiting', retryAtMs: Date.now() + FIRST_MS })
})

test('a wait is never all of a step for all clients', () => {
  expect(waitMs(0, 0)).toBe(FIRST_MS / 2)
  expect(waitMs(3, 0.5)).toBe(6_000)
  expect(waitMs(1_000, 1)).toBe(LONGEST_MS)
})

test('a socket that says nothing is left', () => {
  const { statuses } = opened()
  const socket = newest()
  socket.opens()
  socket.says(heartbeat(1))
  vi.advanceTimersByTime(SILENCE_MS - 1)
  expect(socket.isClosed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(socket.isClosed).toBe(true)
  expect(statuses.at(-1)).toMatchObject({ phase: 'waiting' })
  vi.advanceTimersByTime(FIRST_MS)
  expect(FakeSocket.all).toHaveLength(2)
})

test('a session that has ended asks who is there, and no more', async () => {
  const { heard, statuses } = opened()
  newest().opens()
  newest().says(heartbeat(1))
  newest().ends(1008)
  expect(heard.onSignedOut).toHaveBeenCalledTimes(1)
  expect(statuses.at(-1)).toEqual({ phase: 'stopped' })
  await vi.advanceTimersByTimeAsync(10 * LONGEST_MS)
  expect(FakeSocket.all).toHaveLength(1)
})

test('a handshake that is refused without a session asks who is there', async () => {
  const { heard } = opened(true)
  newest().ends(1006)
  await vi.advanceTimersByTimeAsync(0)
  expect(heard.onSignedOut).toHaveBeenCalledTimes(1)
})

test('a handshake that fails with a session is tried again', async () => {
  const { heard } = opened(false)
  newest().ends(1006)
  await vi.advanceTimersByTimeAsync(FIRST_MS)
  expect(heard.onSignedOut).not.toHaveBeenCalled()
  expect(FakeSocket.all).toHaveLength(2)
})

test('what can not be read is counted and logged once, and the rest is heard', () => {
  const { heard, complaints, log } = opened()
  newest().opens()
  newest().says(heartbeat(1))
  newest().onmessage?.({ data: 'gibberish' })
  newest().says({ type: 'snapshot', ...HEAD, seq: 3, items: [{}, {}, CAR] })
  newest().onmessage?.({ data: 'gibberish' })
  newest().says(heartbeat(5))
  expect(heard.onChange).toHaveBeenCalledTimes(1)
  expect(heard.onHeartbeat).toHaveBeenCalledTimes(2)
  expect([...complaints.counts]).toEqual([
    ['message', 2],
    ['item of vehicles', 2],
  ])
  expect(log).toHaveBeenCalledTimes(2)
})

test('a word that is missing makes everything begin anew', () => {
  opened()
  newest().opens()
  newest().says(delta(1, 'first'))
  newest().says(delta(3, 'third'))
  vi.advanceTimersByTime(FIRST_MS)
  newest().opens()
  expect(newest().sent.every((one) => !('resume' in one))).toBe(true)
})

test('a place that the gateway does not take is given up', () => {
  opened()
  newest().opens()
  newest().says({ type: 'problem', seq: 1, problem: { status: 400, detail: 'resume: no', field: 'resume' } })
  expect(newest().sent).toHaveLength(8)
})

test('somebody who looks again does not wait', () => {
  const { connection } = opened()
  newest().ends(1006)
  connection.look()
  expect(FakeSocket.all).toHaveLength(2)
  connection.look()
  expect(FakeSocket.all).toHaveLength(2)
})

test('where somebody looks closely is heard of more often, and says nothing of the whole', () => {
  const { connection, heard } = opened()
  connection.lookAt([179.9, -18, -179.9, -17])
  expect(newest().sent).toEqual([])
  newest().opens()
  expect(newest().sent.at(-1)).toEqual({
    subscribe: ['vehicles'],
    id: 'near',
    rate_ms: 1_000,
    bbox: [179.9, -18, -179.9, -17],
  })
  newest().says({ type: 'snapshot', ...HEAD, id: 'near', seq: 1, items: [CAR] })
  newest().says({ ...delta(2, 'second'), id: 'near', removed: ['car-2'] })
  expect(heard.onChange.mock.calls.map(([{ whole, removed }]) => ({ whole, removed }))).toEqual([
    { whole: false, removed: [] },
    { whole: false, removed: [] },
  ])
  connection.lookAt(null)
  expect(newest().sent.at(-1)).toEqual({ unsubscribe: ['vehicles'], id: 'near' })
  newest().says({ type: 'snapshot', ...HEAD, id: 'near', seq: 3, items: [CAR] })
  expect(heard.onChange).toHaveBeenLastCalledWith(expect.objectContaining({ whole: false }))
})

test('a socket that is closing is told nothing', () => {
  const { connection } = opened()
  newest().opens()
  newest().readyState = 2
  connection.lookAt([11, 48, 12, 49])
  expect(newest().sent.every(({ id }) => id !== 'near')).toBe(true)
})

test('who comes back looks where it looked', async () => {
  const { connection } = opened()
  newest().opens()
  connection.lookAt([11, 48, 12, 49])
  newest().says({ type: 'snapshot', ...HEAD, id: 'near', seq: 1, items: [CAR] })
  newest().ends(1006)
  await vi.advanceTimersByTimeAsync(FIRST_MS)
  newest().opens()
  const place = { subscribe: ['vehicles'], id: 'near', rate_ms: 1_000, bbox: [11, 48, 12, 49] }
  expect(newest().sent.at(-1)).toEqual({ ...place, resume: 'word' })
  connection.lookAt([21, 48, 22, 49])
  expect(newest().sent.at(-1)).toEqual({ ...place, bbox: [21, 48, 22, 49] })
})

test('another pace is asked for where one is, and begins nothing anew', () => {
  const { connection } = opened()
  newest().opens()
  connection.lookAt([11, 48, 12, 49])
  newest().says(delta(1, 'first'))
  newest().says({ ...delta(2, 'second'), id: 'near' })
  const before = newest().sent.splice(0)
  connection.keepPace('standard')
  expect(newest().sent).toEqual([])
  connection.keepPace('fast')
  expect(newest().sent.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort())
  expect(newest().sent.find(({ id }) => id === 'vehicles')).toEqual({ subscribe: ['vehicles'], id: 'vehicles', rate_ms: 1_000, resume: 'first' })
  expect(newest().sent.find(({ id }) => id === 'near')).toMatchObject({ rate_ms: 500, bbox: [11, 48, 12, 49], resume: 'second' })
  expect(FakeSocket.all).toHaveLength(1)
})

test('who comes back keeps its pace, also one that was chosen meanwhile', () => {
  const { connection } = opened()
  newest().opens()
  newest().ends(1006)
  connection.keepPace('fast')
  vi.advanceTimersByTime(FIRST_MS)
  newest().opens()
  expect(newest().sent.find(({ id }) => id === 'traffic')).toMatchObject({ rate_ms: 1_000 })
})

test('forecasts are heard of while somebody looks ahead, also after a gap', async () => {
  const { connection, heard } = opened()
  newest().opens()
  connection.lookAhead(true)
  connection.lookAhead(true)
  const asked = { subscribe: ['predictions'], id: 'predictions', rate_ms: 30_000 }
  expect(newest().sent.filter(({ id }) => id === 'predictions')).toEqual([asked])
  newest().says({ type: 'snapshot', ...HEAD, id: 'predictions', topic: 'predictions', seq: 1, items: [forecast('r')] })
  expect(heard.onChange).toHaveBeenLastCalledWith(expect.objectContaining({ topic: 'predictions', whole: true }))
  newest().ends(1006)
  await vi.advanceTimersByTimeAsync(FIRST_MS)
  newest().opens()
  expect(newest().sent.at(-1)).toEqual({ ...asked, resume: 'word' })
  connection.lookAhead(false)
  expect(newest().sent.at(-1)).toEqual({ unsubscribe: ['predictions'], id: 'predictions' })
  connection.lookAhead(true)
  expect(newest().sent.at(-1)).toEqual(asked)
})

test('a gateway that knows no forecasts is no reason to complain', () => {
  const { connection, complaints } = opened()
  newest().opens()
  const refused = { status: 400, detail: "subscribe: Invalid enum value 'predictions'", field: 'subscribe' }
  connection.lookAhead(true)
  newest().says({ type: 'problem', seq: 1, problem: refused })
  expect(complaints.counts.size).toBe(0)
  connection.lookAhead(false)
  newest().says({ type: 'problem', seq: 2, problem: refused })
  expect(complaints.counts.get('problem')).toBe(1)
})
