import { expect, test } from 'vitest'

import { TOPICS, type Topic } from '../contract/topics.ts'
import { PACES, nearby, subscriptionsAt, type Pace } from './subscriptions.ts'

function ratesMs(pace: Pace): Partial<Record<Topic, number>> {
  return Object.fromEntries(subscriptionsAt(pace).flatMap(({ topics, rateMs }) => topics.map((topic) => [topic, rateMs])))
}

test('what is urgent is told each second, what moves each 5 s, the rest each 30 s', () => {
  expect(ratesMs('standard')).toEqual({ emergencies: 1_000, vehicles: 5_000, traffic: 5_000, weather: 30_000, cameras: 30_000 })
})

test('who asks for more hears of everything each second, and of what is urgent or near twice', () => {
  expect(ratesMs('fast')).toEqual({ emergencies: 500, vehicles: 1_000, traffic: 1_000, weather: 1_000, cameras: 1_000 })
  expect(nearby([11, 48, 12, 49], 'fast').rateMs).toBe(500)
})

test('each pace has every topic once, by the same ids', () => {
  for (const pace of PACES) {
    expect(subscriptionsAt(pace).flatMap(({ topics }) => topics).sort()).toEqual([...TOPICS].sort())
    expect(subscriptionsAt(pace).map(({ id }) => id)).toEqual(subscriptionsAt('standard').map(({ id }) => id))
  }
})
