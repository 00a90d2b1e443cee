import { gzipSync } from 'node:zlib'

import type { Plugin } from 'vite'

/** What of a built chunk the budget looks at; Rollup's `OutputChunk` has it. */
export interface Chunk {
  readonly fileName: string
  readonly code: string
  readonly isEntry: boolean
  /** File names of the chunks that this one can't run without; `import()` is not among them. */
  readonly imports: readonly string[]
}

export interface Size {
  readonly fileName: string
  readonly gzipBytes: number
}

/** The chunks that the page loads before it can do anything, largest first. */
export function firstLoaded(chunks: readonly Chunk[]): Size[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const needed = new Set(chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName))
  // A set that grows while it is walked is walked to its new end.
  for (const name of needed) {
    for (const other of byName.get(name)?.imports ?? []) needed.add(other)
  }
  return [...needed]
    .flatMap((name) => byName.get(name) ?? [])
    .map(({ fileName, code }) => ({ fileName, gzipBytes: gzipSync(code).length }))
    .sort((one, other) => other.gzipBytes - one.gzipBytes)
}

/** One line: the sum, the limit, and each chunk. */
export function told(sizes: readonly Size[], limitKb: number): string {
  const parts = sizes.map(({ fileName, gzipBytes }) => `${fileName} ${kb(gzipBytes)}`)
  return `first JavaScript ${kb(sum(sizes))} of ${limitKb} kB, gzip: ${parts.join(', ')}`
}

/** Fails the build when the page's first JavaScript is larger than `limitKb`, packed with gzip. */
export function budget(limitKb: number): Plugin {
  return {
    name: 'city-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const sizes = firstLoaded(chunks)
      if (sum(sizes) > limitKb * 1_000) {
        this.error(`${told(sizes, limitKb)}; load what is not needed at once with import()`)
      }
      this.info(told(sizes, limitKb))
    },
  }
}

function sum(sizes: readonly Size[]): number {
  return sizes.reduce((bytes, one) => bytes + one.gzipBytes, 0)
}

function kb(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
