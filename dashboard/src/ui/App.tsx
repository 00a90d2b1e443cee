import { Suspense, lazy, useEffect } from 'react'

import { openSession } from '../app/session.ts'
import { hasMap } from '../state/session.ts'
import { useCity } from '../state/store.ts'
import { SignInDialog } from './SignInDialog.tsx'
import { SignInPage } from './SignInPage.tsx'
import { StartScreen } from './StartScreen.tsx'

const LiveCity = lazy(() => import('./LiveCity.tsx').then(({ LiveCity }) => ({ default: LiveCity })))

export function App() {
  const session = useCity((state) => state.session)
  useEffect(openSession, [])

  if (hasMap(session)) {
    return (
      <>
        <Suspense fallback={<StartScreen />}>
          <LiveCity />
        </Suspense>
        {session.status === 'out' && session.was !== null && <SignInDialog name={session.was.name} />}
      </>
    )
  }
  return session.status === 'out' ? <SignInPage /> : <StartScreen />
}
