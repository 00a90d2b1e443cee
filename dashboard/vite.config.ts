import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

import { budget } from './tools/budget.ts'
import { offline } from './tools/offline.ts'

/** The gateway that `npm run dev` asks: a `make demo` beside it. */
const GATEWAY = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8000'

/** What a phone fetches before it shows anything, packed. */
const FIRST_JAVASCRIPT_KB = 350

export default defineConfig({
  plugins: [react(), budget(FIRST_JAVASCRIPT_KB), offline('sw/worker.ts')],
  build: {
    target: 'es2023',
    // A file in a URL of its own is kept by the browser for a year, and the page's policy forbids data: scripts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': GATEWAY,
      '/ws': { target: GATEWAY, ws: true },
    },
  },
  test: {
    restoreMocks: true,
    // A document costs more than most tests; what needs one is a component's, or says so itself.
    projects: [
      { extends: true, test: { name: 'words', environment: 'node', include: ['{src,sw,tools}/**/*.test.ts'] } },
      { extends: true, test: { name: 'page', environment: 'happy-dom', include: ['src/**/*.test.tsx'] } },
    ],
    // A test holds the page's colours to what can be read.
    css: { include: [/tokens\.css/] },
  },
})
