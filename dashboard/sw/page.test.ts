import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { pageFrom } from './page.ts'

type Kept = () => Promise<Response | undefined>

const PATIENCE_MS = 1_000
const kept = () => Promise.resolve(new Response('kept'))
const nothing = () => Promise.resolve(undefined)

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

function later(response: Response, afterMs: number): Promise<Response> {
  return new Promise((resolve) => {
    setTimeout(resolve, afterMs, response)
  })
}

async function opened(network: Promise<Response>, what: Kept = kept): Promise<string> {
  const page = pageFrom(network, what, PATIENCE_MS)
  await vi.advanceTimersByTimeAsync(10 * PATIENCE_MS)
  return (await page).text()
}

test('a new build shows at once, whatever is kept', async () => {
  expect(await opened(later(new Response('new'), PATIENCE_MS / 2))).toBe('new')
})

test('that there is no page is told as it is', async () => {
  expect(await opened(Promise.resolve(new Response('not built', { status: 404 })))).toBe('not built')
})

test.each<[string, () => Promise<Response>]>([
  ['nobody answers', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a proxy has no gateway behind it', () => Promise.resolve(new Response('bad gateway', { status: 502 }))],
  ['the answer takes too long', () => later(new Response('late'), 2 * PATIENCE_MS)],
])('the kept page opens where %s', async (_, network) => {
  expect(await opened(network())).toBe('kept')
})

test('with nothing kept, what the network says is waited for', async () => {
  expect(await opened(later(new Response('late'), 2 * PATIENCE_MS), nothing)).toBe('late')
  const failed = pageFrom(Promise.reject(new TypeError('Failed to fetch')), nothing, PATIENCE_MS)
  await expect(failed).rejects.toThrow('Failed to fetch')
})
