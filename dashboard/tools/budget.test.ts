import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { budget, firstLoaded, told, type Chunk } from './budget.ts'

function chunk(fileName: string, imports: string[] = [], isEntry = false): Chunk {
  return { fileName, imports, isEntry, code: `export default '${fileName}'` }
}

test('what is imported with import() is not counted', () => {
  const chunks = [chunk('page.js', ['react.js'], true), chunk('react.js', ['deep.js']), chunk('deep.js'), chunk('later.js')]

  expect(firstLoaded(chunks).map((one) => one.fileName).sort()).toEqual(['deep.js', 'page.js', 'react.js'])
})

test('two chunks that import each other are counted once', () => {
  const chunks = [chunk('page.js', ['other.js'], true), chunk('other.js', ['page.js'])]

  expect(firstLoaded(chunks)).toHaveLength(2)
})

test('the sizes are told with their sum', () => {
  const sizes = [
    { fileName: 'a.js', gzipBytes: 120_000 },
    { fileName: 'b.js', gzipBytes: 30_500 },
  ]

  expect(told(sizes, 350)).toBe('first JavaScript 150.5 kB of 350 kB, gzip: a.js 120.0 kB, b.js 30.5 kB')
})

let page: string

beforeEach(() => {
  page = mkdtempSync(join(tmpdir(), 'budget-'))
  writeFileSync(join(page, 'index.html'), '<script type="module" src="./page.js"></script>')
  // Random letters, so that they don't pack.
  writeFileSync(join(page, 'large.js'), `console.log('${randomBytes(3_000).toString('base64')}')`)
})

afterEach(() => {
  rmSync(page, { recursive: true })
})

async function built(script: string): Promise<unknown> {
  writeFileSync(join(page, 'page.js'), script)
  return build({ root: page, configFile: false, logLevel: 'silent', plugins: [budget(2)] })
}

test('a page over its budget is not built', async () => {
  await expect(built("import './large.js'")).rejects.toThrow(/first JavaScript \d\.\d kB of 2 kB/)
})

test('a page that loads the same later is built', async () => {
  await expect(built("void import('./large.js')")).resolves.toBeDefined()
})
