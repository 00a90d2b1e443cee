import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'

import { build } from 'vite'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { entriesOf, offline, type Entry } from './offline.ts'

let page: string

beforeEach(() => {
  page = mkdtempSync(join(tmpdir(), 'offline-'))
  mkdirSync(join(page, 'public', 'deep'), { recursive: true })
  writeFileSync(join(page, 'index.html'), '<script type="module" src="./page.js"></script>')
  writeFileSync(join(page, 'page.js'), "void import('./later.js')")
  writeFileSync(join(page, 'later.js'), "console.log('later')")
  writeFileSync(join(page, 'public', 'deep', 'icon.svg'), '<svg/>')
  writeFileSync(join(page, 'worker.ts'), 'declare const FILES: unknown\nObject.assign(self, { files: FILES })')
})

afterEach(() => {
  rmSync(page, { recursive: true })
})

/** What the worker of a build is told to keep. */
async function kept(): Promise<Entry[]> {
  await build({ root: page, configFile: false, logLevel: 'silent', plugins: [offline(join(page, 'worker.ts'))] })
  const self: { files?: Entry[] } = {}
  runInNewContext(readFileSync(join(page, 'dist', 'sw.js'), 'utf-8'), { self })
  return self.files ?? []
}

test('the worker keeps all that was built but itself, the page by the address that it has', async () => {
  const files = readdirSync(join(page, 'public'), { recursive: true })
  expect(files).toContain(join('deep', 'icon.svg'))
  const urls = (await kept()).map(({ url }) => url)
  expect(urls).toHaveLength(4)
  expect(urls).toEqual(
    expect.arrayContaining(['/', '/deep/icon.svg', expect.stringMatching(/^\/assets\/index-.+\.js$/), expect.stringMatching(/^\/assets\/later-.+\.js$/)]),
  )
})

test('what has a hash in its name needs no revision, and the rest has another when it is another', async () => {
  const before = await kept()
  expect(before.filter(({ revision }) => revision === null).every(({ url }) => url.startsWith('/assets/'))).toBe(true)
  expect(before.filter(({ revision }) => revision === null)).toHaveLength(2)
  writeFileSync(join(page, 'public', 'deep', 'icon.svg'), '<svg></svg>')
  const after = await kept()
  const other = after.filter((one) => !before.some((was) => was.url === one.url && was.revision === one.revision))
  expect(other.map(({ url }) => url)).toEqual(['/deep/icon.svg'])
})

test('a file is known by its bytes', () => {
  writeFileSync(join(page, 'public', 'empty.txt'), '')
  expect(entriesOf(join(page, 'public')).find(({ url }) => url === '/empty.txt')?.integrity).toBe(
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  )
})
