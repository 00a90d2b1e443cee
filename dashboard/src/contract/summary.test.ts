import { expect, test } from 'vitest'

import { Malformed } from './fields.ts'
import { SUMMARY } from './samples.ts'
import { readSummary } from './summary.ts'

test('the worst roads stay in their order, and a jam without a speed has none', () => {
  expect(readSummary(SUMMARY)).toMatchObject({
    slowest: [
      { id: 'r1', name: 'Main street', meanSpeedKmh: null, level: 'jammed', ratio: null },
      { id: 'r2', name: 'Side street', meanSpeedKmh: 12.5, level: 'heavy', ratio: 0.25 },
    ],
    meanResponseS: 240,
    responses: 12,
    leastVisibilityM: 8_000,
    stations: 4,
  })
})

test.each([
  ['slowest_roads', { ...SUMMARY, slowest_roads: null }],
  ['name', { ...SUMMARY, slowest_roads: [{ road_id: 'r1', congestion: { level: 'free' } }] }],
  ['responses', { ...SUMMARY, incidents: { active: 1 } }],
])('a summary without good %s is malformed', (field, summary) => {
  expect(() => readSummary(summary)).toThrow(Malformed)
  expect(() => readSummary(summary)).toThrow(field)
})
