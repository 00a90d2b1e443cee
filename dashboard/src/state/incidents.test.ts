import { expect, test } from 'vitest'

import { readIncident, type Incident } from '../contract/incident.ts'
import { incident } from '../contract/samples.ts'
import type { Collection } from './collection.ts'
import { arrived, countByProgress, inboundTo, ranked } from './incidents.ts'

function of(...incidents: Incident[]): Collection<Incident> {
  return { things: new Map(incidents.map((one) => [one.id, one])), freshness: { asOfMs: 1, source: 'speed' } }
}

function at(id: string, severity: number, minute: number): Incident {
  const reported = `2026-11-28T08:0${minute}:00Z`
  return readIncident({ ...incident(id, severity), history: { reported } })
}

test('the worst come first, of these the youngest', () => {
  const all = of(at('slight', 1, 9), at('old', 5, 1), at('young', 5, 2))
  expect(ranked(all).map(({ id }) => id)).toEqual(['young', 'old', 'slight'])
})

test('what was there when one came to look is not new', () => {
  const before: Collection<Incident> = { things: new Map(), freshness: null }
  const first = of(at('a', 1, 1))
  expect(arrived(before, first)).toEqual([])
  expect(arrived(first, of(at('a', 1, 1), at('b', 2, 2))).map(({ id }) => id)).toEqual(['b'])
})

test('only those on their way to a hospital are inbound', () => {
  const one = readIncident({ ...incident('a', 3), status: 'transporting', hospital_id: 'h' })
  const other = readIncident({ ...incident('b', 3), status: 'on_scene', hospital_id: 'h' })
  expect(inboundTo(of(one, other), 'h')).toEqual([one])
})

test('each open incident is counted once, by how far help is', () => {
  const all = ['reported', 'dispatched', 'en_route', 'on_scene', 'transporting', 'resolved'].map((status) =>
    readIncident({ ...incident(status, 3), status, history: {} }),
  )
  expect(countByProgress(all)).toEqual({ waiting: 1, coming: 2, there: 1, transporting: 1 })
})
