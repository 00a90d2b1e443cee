import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { readIncident } from '../contract/incident.ts'
import type { AnyChange } from '../contract/message.ts'
import { incident } from '../contract/samples.ts'
import { START, city, withNews } from '../state/store.ts'
import { IncidentAnnouncer } from './IncidentAnnouncer.tsx'
import { IncidentList } from './IncidentList.tsx'

afterEach(() => {
  cleanup()
  city.setState(START, true)
})

function happen(...severities: number[]): void {
  const change: AnyChange = {
    topic: 'emergencies',
    whole: true,
    changed: severities.map((severity) => readIncident(incident(`i${severity}`, severity))),
    removed: [],
    freshness: { asOfMs: 1, source: 'speed' },
  }
  act(() => {
    city.setState((state) => withNews(state, [change]))
  })
}

test('a city without incidents says so', () => {
  render(<IncidentList />)
  expect(screen.queryByTestId('no-incidents')).toBeNull()
  happen()
  expect(screen.getByTestId('no-incidents').textContent).toContain('No active incidents')
})

test('arrow keys go from the worst to the slightest, and Tab to one alone', () => {
  happen(1, 5, 3)
  render(<IncidentList />)
  const rows = screen.getAllByTestId('incident-row')
  expect(rows.map((row) => row.dataset['incident'])).toEqual(['i5', 'i3', 'i1'])
  expect(rows.map((row) => row.tabIndex)).toEqual([0, -1, -1])
  const [first, second] = rows
  first?.focus()
  if (first !== undefined) fireEvent.keyDown(first, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(second)
})

test('choosing an incident opens it', () => {
  happen(4)
  render(<IncidentList />)
  fireEvent.click(screen.getByTestId('incident-row'))
  expect(city.getState().view.selection).toEqual({ kind: 'incident', id: 'i4' })
  expect(screen.getByTestId('incident-row').getAttribute('aria-current')).toBe('true')
})

test('what is new is read out, what was there is not', () => {
  render(<IncidentAnnouncer />)
  const announcer = screen.getByTestId('announcer')
  happen(1)
  expect(announcer.textContent).toBe('')
  happen(1, 5)
  expect(announcer.textContent).toBe('New incident: Fire, severity 5, road-1')
  happen(1, 2, 3, 5)
  expect(announcer.textContent).toBe('2 new incidents')
})
