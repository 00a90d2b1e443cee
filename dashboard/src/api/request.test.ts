// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Problem, Unreachable } from './problem.ts'
import { poll } from './polled.ts'
import { hearDates, request } from './request.ts'

const fetch = vi.fn<typeof globalThis.fetch>()

beforeEach(() => {
  vi.stubGlobal('fetch', fetch)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  fetch.mockReset()
})

function answers(status: number, body: object | null, headers: Record<string, string> = {}): void {
  fetch.mockImplementationOnce(() =>
    Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status, headers })),
  )
}

function headersOf(call: number): Headers {
  return new Headers(fetch.mock.calls[call]?.[1]?.headers)
}

test('a request says that a page asks, so that the browser does not ask for a password itself', async () => {
  answers(200, { name: 'x' }, { ETag: '"1"' })
  expect(await request('/api/city')).toEqual({ body: { name: 'x' }, etag: '"1"' })
  expect(headersOf(0).get('City-Client')).toBe('dashboard')
  expect(headersOf(0).has('If-None-Match')).toBe(false)
})

test('a problem has its detail, and when to ask again', async () => {
  answers(429, { detail: 'too many', status: 429 }, { 'Retry-After': '7' })
  await expect(request('/api/city')).rejects.toMatchObject({ status: 429, message: 'too many', retryAfterS: 7 })
  answers(500, null)
  await expect(request('/api/city')).rejects.toBeInstanceOf(Problem)
})

test('who does not answer is unreachable, be there a proxy or not', async () => {
  fetch.mockRejectedValueOnce(new TypeError('Failed to fetch'))
  await expect(request('/api/city')).rejects.toBeInstanceOf(Unreachable)
  answers(502, null)
  await expect(request('/api/city')).rejects.toBeInstanceOf(Unreachable)
})

test("the gateway's clock is heard", async () => {
  const heard = vi.fn<(serverMs: number, nowMs: number) => void>()
  hearDates(heard)
  answers(200, {}, { Date: 'Sat, 28 Nov 2026 08:00:00 GMT' })
  await request('/api/city')
  expect(heard.mock.lastCall?.[0]).toBe(Date.UTC(2026, 10, 28, 8))
})

test('what is asked again is sent only when it is another; a failure leaves the last', async () => {
  vi.useFakeTimers()
  const take = vi.fn<(value: unknown) => void>()
  const onError = vi.fn<(error: Error) => void>()
  answers(200, { n: 1 }, { ETag: '"1"' })
  answers(304, null)
  answers(503, { detail: 'away' })
  answers(200, { n: 2 }, { ETag: '"2"' })
  const end = poll({ path: '/api/x', everyMs: 1_000, read: (value) => value, take, onError })
  await vi.advanceTimersByTimeAsync(3_500)
  end()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(fetch).toHaveBeenCalledTimes(4)
  expect(headersOf(1).get('If-None-Match')).toBe('"1"')
  expect(headersOf(3).get('If-None-Match')).toBe('"1"')
  expect(take.mock.calls).toEqual([[{ n: 1 }], [{ n: 2 }]])
  expect(onError).toHaveBeenCalledTimes(1)
})
