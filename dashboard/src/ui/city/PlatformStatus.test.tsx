import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { STATUS } from '../../contract/samples.ts'
import { readPlatform } from '../../contract/status.ts'
import { START, city } from '../../state/store.ts'
import { PlatformStatus } from './PlatformStatus.tsx'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 8) })
  city.setState({ platform: readPlatform(STATUS) })
  render(<PlatformStatus />)
})

afterEach(() => {
  cleanup()
  city.setState(START, true)
  vi.useRealTimers()
})

function layers(): readonly (string | null)[] {
  return within(screen.getByTestId('platform'))
    .getAllByTestId('part')
    .filter((part) => Object.keys(STATUS.layers).includes(part.dataset['part'] ?? ''))
    .map((part) => part.textContent)
}

test('what is not up stands there by name', () => {
  expect(layers()).toEqual(['Batch layerUnknown'])
})

test('each layer tells since when it is so, and what waits for it', () => {
  fireEvent.click(screen.getByTestId('platform-line'))
  expect(layers()).toEqual(['Batch layerUnknown', 'Live layer1\u00a0hUp', 'Archive9 waiting · 30\u00a0minUp'])
})
