import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import { build, type Plugin } from 'vite'

const PAGE = 'index.html'
/** The build puts a hash of a file's bytes into its name there. */
const NEVER_CHANGES = 'assets/'

/** A file as workbox-precaching takes it. */
export interface Entry {
  readonly url: string
  /** Null of a file whose name changes with it. */
  readonly revision: string | null
  /** What another build has put in its place is not taken: the files are those of one build, or none. */
  readonly integrity: string
}

/** All files of a built page, by the addresses that the gateway gives them. */
export function entriesOf(folder: string): Entry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort()
    .map((path) => {
      const name = relative(folder, path).split(sep).join('/')
      const hash = createHash('sha256').update(readFileSync(path)).digest('base64')
      return {
        url: name === PAGE ? '/' : `/${name}`,
        revision: name.startsWith(NEVER_CHANGES) ? null : hash,
        integrity: `sha256-${hash}`,
      }
    })
}

/** Builds the service worker once all else is there, with the list of it as `FILES`, as `sw.js` beside the page. */
export function offline(worker: string): Plugin {
  return {
    name: 'city-offline',
    apply: 'build',
    writeBundle: {
      order: 'post',
      async handler({ dir }) {
        if (dir === undefined) return this.error('the page is not written to a folder')
        const entries = entriesOf(dir)
        writeFileSync(join(dir, 'sw.js'), await built(worker, entries))
        this.info(`sw.js keeps ${entries.length} files`)
      },
    },
  }
}

async function built(worker: string, entries: readonly Entry[]): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { FILES: JSON.stringify(entries), 'process.env.NODE_ENV': '"production"' },
    build: {
      target: 'es2023',
      write: false,
      rolldownOptions: { input: worker, output: { format: 'iife' } },
    },
  })
  const [script] = 'output' in result ? result.output : []
  if (script?.type !== 'chunk') throw new Error(`${worker} is no script`)
  return script.code
}
