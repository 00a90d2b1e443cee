import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { START, city } from '../state/store.ts'
import { SignInForm } from './SignInForm.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  city.setState(START, true)
})

function answers(status: number, body: object, headers: Record<string, string> = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(Response.json(body, { status, headers })))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

function signIn(): void {
  render(<SignInForm />)
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'ada' } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'secret' } })
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
}

function says(text: RegExp): Promise<void> {
  return waitFor(() => {
    expect(screen.getByTestId('sign-in-error').textContent).toMatch(text)
  })
}

test('a right password signs in', async () => {
  const fetch = answers(200, { name: 'ada', role: 'viewer', expires: '2026-11-29T08:00:00Z' })
  signIn()
  await waitFor(() => {
    expect(city.getState().session).toMatchObject({ status: 'in', person: { name: 'ada', role: 'viewer' } })
  })
  const [path, asked] = fetch.mock.lastCall ?? []
  expect(path).toBe('/api/session')
  expect(asked).toMatchObject({ method: 'POST', body: '{"name":"ada","password":"secret"}' })
  expect(new Headers(asked?.headers).get('City-Client')).toBe('dashboard')
})

test('a wrong password is said to be wrong', async () => {
  answers(401, { title: 'Unauthorized', status: 401, detail: 'no' })
  signIn()
  await says(/wrong/)
})

test('who tried too often is told for how long to wait', async () => {
  answers(429, { title: 'Too Many Requests', status: 429, detail: 'locked' }, { 'Retry-After': '20' })
  signIn()
  await says(/again in (20|19)\u00a0s/)
})

test('a gateway that is away is said to be away', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  signIn()
  await says(/does not answer/)
})

test('nothing is sent without a name and a password', async () => {
  const fetch = answers(200, {})
  render(<SignInForm />)
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
  await says(/Enter/)
  expect(fetch).not.toHaveBeenCalled()
})
