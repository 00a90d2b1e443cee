import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { START, city } from '../state/store.ts'
import { SettingsMenu } from './SettingsMenu.tsx'

afterEach(() => {
  cleanup()
  city.setState(START, true)
})

function open(): HTMLElement {
  render(<SettingsMenu />)
  const button = screen.getByRole('button', { name: 'Settings' })
  fireEvent.click(button)
  return button
}

test('what is chosen is so at once', () => {
  open()
  for (const name of ['Imperial', 'Fast', 'Dark']) fireEvent.click(screen.getByRole('radio', { name }))
  fireEvent.click(screen.getByRole('switch', { name: 'Sound for new incidents' }))
  expect(city.getState().view).toMatchObject({ units: 'imperial', pace: 'fast', themeChoice: 'dark', theme: 'dark', sound: true })
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Fast' }).checked).toBe(true)
})

test('the key that goes back closes it, and the button has the focus again', () => {
  const button = open()
  screen.getByRole('radio', { name: 'Metric' }).focus()
  const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true })
  fireEvent(document.activeElement ?? document.body, escape)
  expect(escape.defaultPrevented).toBe(true)
  expect(button.getAttribute('aria-expanded')).toBe('false')
  expect(document.activeElement).toBe(button)
})

test.each(['pointerDown', 'focusIn'] as const)('%s elsewhere closes it, and inside does not', (event) => {
  const button = open()
  fireEvent[event](screen.getByRole('radio', { name: 'Metric' }))
  expect(button.getAttribute('aria-expanded')).toBe('true')
  fireEvent[event](document.body)
  expect(button.getAttribute('aria-expanded')).toBe('false')
})
