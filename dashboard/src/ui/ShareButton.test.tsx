import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { START, city } from '../state/store.ts'
import { ShareButton } from './ShareButton.tsx'

afterEach(() => {
  cleanup()
  city.setState(START, true)
})

function clipboard(writeText: (text: string) => Promise<void>): void {
  vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText } as unknown as Clipboard)
}

test('the link to what is shown is copied, and that is said', async () => {
  const write = vi.fn(() => Promise.resolve())
  clipboard(write)
  city.setState({ camera: { lon: 11, lat: 48, zoom: 13, bearingDeg: 0 } })
  render(<ShareButton />)
  fireEvent.click(screen.getByRole('button', { name: 'Copy link' }))
  expect((await screen.findByText('Link copied')).role).toBe('status')
  expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/#map=13\.00\/48\.00000\/11\.00000$/))
})

test('where the browser lets no page copy, the link is there to be copied by hand', async () => {
  clipboard(() => Promise.reject(new DOMException('no', 'NotAllowedError')))
  render(<ShareButton />)
  fireEvent.click(screen.getByRole('button', { name: 'Copy link' }))
  const field = await screen.findByLabelText<HTMLInputElement>('Copy this link')
  expect(field.value).toBe(window.location.href)
  fireEvent.keyDown(field, { key: 'Escape' })
  expect(screen.queryByLabelText('Copy this link')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Copy link' }))
})
