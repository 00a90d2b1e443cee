import { expect, test } from 'vitest'

import { readIncident } from '../contract/incident.ts'
import { incident } from '../contract/samples.ts'
import { NO_NOTICE, READ_MS, STAY_MS, dueMs, heard, next, withoutEnded } from './arrivals.ts'

const [slight, worst, third] = [2, 5, 3].map((severity) => readIncident(incident(`i${severity}`, severity)))

function of(...incidents: (typeof slight)[]) {
  return incidents.filter((one) => one !== undefined)
}

function ids(incidents: readonly { readonly id: string }[]): readonly string[] {
  return incidents.map(({ id }) => id)
}

test('several that come at once are one notice, the worst first', () => {
  const notice = heard(NO_NOTICE, of(slight, worst), 1_000)
  expect(ids(notice.shown)).toEqual(['i5', 'i2'])
  expect(dueMs(notice)).toBe(1_000 + STAY_MS)
})

test('what comes meanwhile waits until the first was read', () => {
  const first = heard(NO_NOTICE, of(slight), 1_000)
  const later = heard(heard(first, of(worst), 1_500), of(third), 2_000)
  expect(ids(later.shown)).toEqual(['i2'])
  expect(dueMs(later)).toBe(1_000 + READ_MS)
  const after = next(later, 5_000)
  expect(ids(after.shown)).toEqual(['i5', 'i3'])
  expect(dueMs(after)).toBe(5_000 + STAY_MS)
  expect(next(after, 20_000)).toEqual(NO_NOTICE)
})

test('nothing new changes nothing', () => {
  expect(heard(NO_NOTICE, [], 1_000)).toBe(NO_NOTICE)
  expect(dueMs(NO_NOTICE)).toBeNull()
})

test('what ended before it was seen is not shown', () => {
  const notice = heard(heard(NO_NOTICE, of(slight, worst), 1_000), of(third), 1_500)
  const things = (...incidents: (typeof slight)[]) => new Map(of(...incidents).map((one) => [one.id, one]))
  expect(withoutEnded(notice, things(slight, worst, third), 2_000)).toBe(notice)
  expect(withoutEnded(notice, things(slight, third), 2_000)).toMatchObject({ shown: [{ id: 'i2' }], waiting: [{ id: 'i3' }], sinceMs: 1_000 })
  expect(withoutEnded(notice, things(third), 2_000)).toMatchObject({ shown: [{ id: 'i3' }], waiting: [], sinceMs: 2_000 })
  expect(withoutEnded(notice, things(), 2_000)).toEqual(NO_NOTICE)
})
