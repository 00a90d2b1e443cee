// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { LONGEST_MS } from '../live/backoff.ts'
import { START, city } from '../state/store.ts'
import { openSession } from './session.ts'

const ADA = { name: 'ada', role: 'viewer', expires: null }
const LATE_MS = 10_000
const fetch = vi.fn<typeof globalThis.fetch>()
let close: () => void

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', fetch)
  city.setState(START)
})

afterEach(() => {
  close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
})

function signedIn(): Promise<Response> {
  return Promise.resolve(Response.json(ADA))
}

test.each<[string, () => Promise<Response>]>([
  ['a network that is away', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a proxy without a gateway', () => Promise.resolve(new Response('bad gateway', { status: 502 }))],
  ['the page of a Wi-Fi that wants to be paid', () => Promise.resolve(new Response('<html>'))],
  ['JSON of somebody else', () => Promise.resolve(Response.json({ login: 'https://example.org' }))],
])('of %s nobody is told who is there, and it is asked again', async (_, answer) => {
  fetch.mockImplementationOnce(answer).mockImplementation(signedIn)
  close = openSession()
  await vi.advanceTimersByTimeAsync(0)
  expect(city.getState().session.status).toBe('unreachable')
  await vi.advanceTimersByTimeAsync(LONGEST_MS)
  expect(city.getState().session).toMatchObject({ status: 'in', person: { name: 'ada' } })
})

test('when the network is back it is asked at once, and what was asked before tells nothing any more', async () => {
  const late = new Promise<Response>((resolve) => {
    setTimeout(resolve, LATE_MS, new Response(null, { status: 401 }))
  })
  fetch.mockReturnValueOnce(late).mockImplementation(signedIn)
  close = openSession()
  await vi.advanceTimersByTimeAsync(0)
  expect(city.getState().session.status).toBe('asking')
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(city.getState().session.status).toBe('in')
  await vi.advanceTimersByTimeAsync(LATE_MS + LONGEST_MS)
  expect(city.getState().session.status).toBe('in')
  expect(fetch).toHaveBeenCalledTimes(2)
})

test('who is signed in is not asked for again', async () => {
  fetch.mockImplementation(signedIn)
  close = openSession()
  await vi.advanceTimersByTimeAsync(0)
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(fetch).toHaveBeenCalledTimes(1)
})
