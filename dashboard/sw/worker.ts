/**
 * The service worker: keeps the page and all that it was built of, so that it opens without a network. It answers for
 * these alone; what is asked of the API, or of another origin, goes its way without it.
 */

import { PrecacheController } from 'workbox-precaching'
import type { PrecacheEntry } from 'workbox-precaching'

import { pageFrom } from './page.ts'

/** Put in by the build: tools/offline.ts. */
declare const FILES: PrecacheEntry[]
declare const self: ServiceWorkerGlobalScope

const PAGE = '/'
/** Shorter than anybody waits for a page, longer than one takes over a slow line. */
const PATIENCE_MS = 4_000

const files = new PrecacheController()
files.precache(FILES)

// The files of the build before are let go at once. A page that is open from it has nearly all of them loaded, and the
// gateway still has the rest; to wait until the last page is closed is for ever on a wall.
self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting())
})
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  if (request.mode === 'navigate') {
    if (new URL(request.url).pathname !== PAGE) return
    event.respondWith(pageFrom(fetch(request), () => files.matchPrecache(PAGE), PATIENCE_MS))
  } else if (files.getCacheKeyForURL(request.url) !== undefined) {
    event.respondWith(keptOrAsked(request))
  }
})

async function keptOrAsked(request: Request): Promise<Response> {
  return (await files.matchPrecache(request)) ?? fetch(request)
}
