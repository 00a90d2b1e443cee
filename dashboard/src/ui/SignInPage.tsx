import { STRINGS } from '../strings.ts'
import { Mark } from './icons.tsx'
import { SignInForm } from './SignInForm.tsx'
import { StreetPattern } from './StreetPattern.tsx'

export function SignInPage() {
  return (
    <main className="sign-in-page" data-testid="sign-in-page">
      <StreetPattern />
      <section className="sign-in-card" aria-labelledby="sign-in-title">
        <Mark />
        <h1 id="sign-in-title">{STRINGS.signIn.title}</h1>
        <p className="quiet">{STRINGS.signIn.lead}</p>
        <SignInForm />
      </section>
    </main>
  )
}
