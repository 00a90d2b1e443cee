import { expect, test } from 'vitest'

import { answered, ended, hasMap, isWaiting, personOf, unanswered, type Session } from './session.ts'

const ADA = { name: 'ada', role: 'viewer', expiresMs: null }
const BOB = { name: 'bob', role: 'viewer', expiresMs: null }
const ASKING: Session = { status: 'asking' }
const UNREACHABLE: Session = { status: 'unreachable', retryAtMs: 1 }
const AWAY: Session = { status: 'away', person: ADA }
const OUT: Session = { status: 'out', was: null }
const ASKED_AGAIN: Session = { status: 'out', was: ADA }
const IN: Session = { status: 'in', person: ADA }

test.each([ASKING, UNREACHABLE, AWAY, OUT, IN])('of %j, who is there goes on', (session) => {
  expect(answered(session, BOB)).toEqual({ status: 'in', person: BOB })
})

test.each<[string, Session, Session]>([
  ['a page that was just opened', ASKING, OUT],
  ['one that waited for the gateway', UNREACHABLE, OUT],
  ['the last known city, which stays behind the question', AWAY, ASKED_AGAIN],
  ['a live one, which stays too', IN, ASKED_AGAIN],
  ['one that asks already, and still knows whom', ASKED_AGAIN, ASKED_AGAIN],
])('a session that is over asks on %s', (_, session, after) => {
  expect(answered(session, null)).toEqual(after)
  expect(ended(session)).toEqual(after)
})

test('who does not answer is waited for, and what is shown meanwhile stays', () => {
  expect(unanswered(ASKING, 5)).toEqual({ status: 'unreachable', retryAtMs: 5 })
  expect(unanswered(UNREACHABLE, 5)).toEqual({ status: 'unreachable', retryAtMs: 5 })
  for (const session of [AWAY, OUT, IN]) expect(unanswered(session, 5)).toBe(session)
})

test('there is a map for who has a session, had one until now, or had one when the gateway was last there', () => {
  expect([ASKING, UNREACHABLE, AWAY, OUT, ASKED_AGAIN, IN].map(hasMap)).toEqual([false, false, true, false, true, true])
  expect([ASKING, UNREACHABLE, AWAY, OUT, ASKED_AGAIN, IN].map(isWaiting)).toEqual([true, true, true, false, false, false])
  expect([ASKING, AWAY, ASKED_AGAIN, IN].map(personOf)).toEqual([null, ADA, null, ADA])
})
