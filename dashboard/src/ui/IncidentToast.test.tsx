import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readIncident } from '../contract/incident.ts'
import { incident } from '../contract/samples.ts'
import { STAY_MS } from '../state/arrivals.ts'
import { START, city, withNews } from '../state/store.ts'
import { IncidentToast } from './IncidentToast.tsx'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  cleanup()
  city.setState(START, true)
})

/** All incidents that there are now. */
function there(...ids: string[]): void {
  act(() => {
    city.setState((state) =>
      withNews(state, [
        {
          topic: 'emergencies',
          whole: true,
          changed: ids.map((id) => readIncident(incident(id, 3))),
          removed: [],
          freshness: { asOfMs: 1, source: 'speed' },
        },
      ]),
    )
  })
}

function wait(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms)
  })
}

test('a new incident shows itself for a while', () => {
  render(<IncidentToast />)
  there()
  there('a')
  expect(screen.getByTestId('toast')).not.toBeNull()
  wait(STAY_MS + 1)
  expect(screen.queryByTestId('toast')).toBeNull()
})

test('one that is held stays, and when it ends the next one does not', () => {
  render(<IncidentToast />)
  there()
  there('a')
  act(() => {
    screen.getByRole('button', { name: 'Show' }).focus()
  })
  wait(2 * STAY_MS)
  expect(screen.getByTestId('toast')).not.toBeNull()
  there()
  expect(screen.queryByTestId('toast')).toBeNull()
  there('b')
  expect(screen.getByTestId('toast')).not.toBeNull()
  wait(STAY_MS + 1)
  expect(screen.queryByTestId('toast')).toBeNull()
})
