/** Reads one field of a JSON object, or says which one is wrong. */

export type Fields = Readonly<Record<string, unknown>>

/** Something that the gateway sent is not what the contract says. */
export class Malformed extends Error {
  readonly field: string

  constructor(field: string, reason: string) {
    super(`${field}: ${reason}`)
    this.field = field
  }
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(what, 'is no object')
  }
  return value as Fields
}

export function text(of: Fields, name: string): string {
  const value = of[name]
  if (typeof value !== 'string') throw new Malformed(name, 'is no text')
  return value
}

export function textOrNull(of: Fields, name: string): string | null {
  return isAbsent(of[name]) ? null : text(of, name)
}

export function number(of: Fields, name: string): number {
  const value = of[name]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Malformed(name, 'is no number')
  return value
}

export function numberOrNull(of: Fields, name: string): number | null {
  return isAbsent(of[name]) ? null : number(of, name)
}

export function numberWithin(of: Fields, name: string, least: number, most: number): number {
  const value = number(of, name)
  if (value < least || value > most) throw new Malformed(name, `is not ${least} to ${most}`)
  return value
}

export function wholeWithin(of: Fields, name: string, least: number, most: number): number {
  const value = numberWithin(of, name, least, most)
  if (!Number.isInteger(value)) throw new Malformed(name, 'is no whole number')
  return value
}

/** Of what is never below 0. */
export function amountOrNull(of: Fields, name: string): number | null {
  const value = numberOrNull(of, name)
  if (value !== null && value < 0) throw new Malformed(name, 'is below 0')
  return value
}

/** Null counts as no: nothing is known to be wrong. */
export function flag(of: Fields, name: string): boolean {
  const value = of[name]
  if (isAbsent(value)) return false
  if (typeof value !== 'boolean') throw new Malformed(name, 'is neither true nor false')
  return value
}

/** Epoch milliseconds of an RFC 3339 time. */
export function timeMs(of: Fields, name: string): number {
  const parsed = Date.parse(text(of, name))
  if (Number.isNaN(parsed)) throw new Malformed(name, 'is no time')
  return parsed
}

export function timeMsOrNull(of: Fields, name: string): number | null {
  return isAbsent(of[name]) ? null : timeMs(of, name)
}

export function list(of: Fields, name: string): readonly unknown[] {
  const value = of[name]
  if (!Array.isArray(value)) throw new Malformed(name, 'is no list')
  return value
}

/** Those of a list that can be read; `onBad` takes what is wrong with each of the others. */
export function readable<T>(values: readonly unknown[], read: (value: unknown) => T, onBad: (error: Malformed) => void): T[] {
  const items: T[] = []
  for (const value of values) {
    try {
      items.push(read(value))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      onBad(error)
    }
  }
  return items
}

export function texts(of: Fields, name: string): readonly string[] {
  return list(of, name).map((value) => {
    if (typeof value !== 'string') throw new Malformed(name, 'has something that is no text')
    return value
  })
}

/** One of the known words. A later gateway may have more of them: those are read as `otherwise`. */
export function word<W extends string>(of: Fields, name: string, known: readonly W[], otherwise: W): W {
  const value = text(of, name)
  return known.find((one) => one === value) ?? otherwise
}

/** Degrees of longitude and latitude. */
export function place(of: Fields): { lon: number; lat: number } {
  return { lon: numberWithin(of, 'longitude', -180, 180), lat: numberWithin(of, 'latitude', -90, 90) }
}

export function placeOrNull(of: Fields): { lon: number; lat: number } | null {
  return isAbsent(of['longitude']) || isAbsent(of['latitude']) ? null : place(of)
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}
