import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'

import { useFocusBack } from './useFocusBack.ts'

afterEach(cleanup)

function Opener() {
  const [isOpen, setIsOpen] = useState(false)
  useFocusBack(isOpen)
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setIsOpen(!isOpen)
        }}
      >
        Row
      </button>
      <button type="button">Elsewhere</button>
      {isOpen && (
        <button
          type="button"
          onClick={() => {
            setIsOpen(false)
          }}
        >
          Close
        </button>
      )}
    </>
  )
}

function open(): HTMLElement {
  render(<Opener />)
  const row = screen.getByRole('button', { name: 'Row' })
  row.focus()
  fireEvent.click(row)
  return row
}

test('what is closed with the focus in it gives it back', () => {
  const row = open()
  const close = screen.getByRole('button', { name: 'Close' })
  close.focus()
  fireEvent.click(close)
  expect(document.activeElement).toBe(row)
})

test('who is elsewhere stays there', () => {
  const row = open()
  const elsewhere = screen.getByRole('button', { name: 'Elsewhere' })
  elsewhere.focus()
  fireEvent.click(row)
  expect(document.activeElement).toBe(elsewhere)
})
