/**
 * Whether something that was kept has the form of a type. The compiler holds a form to its type: a field that is new
 * there is asked for here.
 */

export type Form<T> = (value: unknown) => value is T

export const text: Form<string> = (value) => typeof value === 'string'

export const flag: Form<boolean> = (value) => typeof value === 'boolean'

export const number: Form<number> = (value): value is number => Number.isFinite(value)

export function orNull<T>(form: Form<T>): Form<T | null> {
  return (value): value is T | null => value === null || form(value)
}

export function oneOf<const T extends string | number>(known: readonly T[]): Form<T> {
  return (value): value is T => known.some((one) => one === value)
}

export function listOf<T>(form: Form<T>): Form<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(form)
}

/** A list of so many numbers. */
export function numbers<T extends readonly number[]>(count: T['length']): Form<T> {
  return (value): value is T => listOf(number)(value) && value.length === count
}

export function byId<T>(form: Form<T>): Form<ReadonlyMap<string, T>> {
  return (value): value is ReadonlyMap<string, T> =>
    value instanceof Map && [...value].every(([id, thing]) => text(id) && form(thing))
}

export function record<T extends object>(fields: { readonly [K in keyof T]-?: Form<T[K]> }): Form<T> {
  const forms = Object.entries<Form<unknown>>(fields)
  return (value): value is T =>
    typeof value === 'object' && value !== null && forms.every(([name, form]) => form(value[name as keyof typeof value]))
}
