/** Numbers, times and ages as people read them; what is measured is in units.ts. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const ONE = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TWO = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })
const SIGNED = new Intl.NumberFormat('en', { maximumFractionDigits: 0, signDisplay: 'exceptZero' })
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })

/** A no-break space, so that a unit stays with its number. */
export const NB = '\u00a0'
const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400
const YEAR_S = 365 * DAY_S

export function whole(value: number): string {
  return WHOLE.format(value)
}

export function oneDigit(value: number): string {
  return ONE.format(value)
}

/** Large numbers in few signs: `12K`. */
export function compact(value: number): string {
  return COMPACT.format(value)
}

/** How much more or less. */
export function signed(value: number): string {
  return SIGNED.format(value).replace('-', '−')
}

export function ratio(value: number): string {
  return TWO.format(value)
}

export function percent(share: number): string {
  return PERCENT.format(share)
}

/** As long as it is worth telling: seconds, then minutes, hours, days, years. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < MINUTE_S) return `${s}${NB}s`
  if (s < 10 * MINUTE_S && s % MINUTE_S !== 0) return `${Math.floor(s / MINUTE_S)}${NB}min ${s % MINUTE_S}${NB}s`
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)}${NB}min`
  if (s < DAY_S) {
    const minutes = Math.floor((s % HOUR_S) / MINUTE_S)
    return minutes === 0 ? `${Math.floor(s / HOUR_S)}${NB}h` : `${Math.floor(s / HOUR_S)}${NB}h ${minutes}${NB}min`
  }
  if (s < YEAR_S) return `${WHOLE.format(Math.floor(s / DAY_S))}${NB}d`
  return `${WHOLE.format(Math.floor(s / YEAR_S))}${NB}y`
}

/** One unit alone, for lists: it must not jump in width each second. */
export function shortAge(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s < MINUTE_S) return `${s}${NB}s`
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)}${NB}min`
  if (s < DAY_S) return `${Math.floor(s / HOUR_S)}${NB}h`
  if (s < YEAR_S) return `${Math.floor(s / DAY_S)}${NB}d`
  return `${Math.floor(s / YEAR_S)}${NB}y`
}

export function clockTime(ms: number, timeZone: string, withSeconds = true): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
  }).format(ms)
}

/** From when to when, without seconds. */
export function clockSpan(fromMs: number, toMs: number, timeZone: string): string {
  return `${clockTime(fromMs, timeZone, false)}–${clockTime(toMs, timeZone, false)}`
}

/** Of the last days, whose month is known. */
export function shortDay(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric' }).format(ms)
}

export function calendarDay(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' }).format(ms)
}
