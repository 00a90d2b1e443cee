import { useId, type ReactNode } from 'react'

import { boundsOfLine } from '../../map/bounds.ts'
import { mapHandle } from '../../map/handle.ts'
import { isAwaited } from '../../state/awaited.ts'
import { placeOf, type Place } from '../../state/places.ts'
import { isBack } from '../../state/past.ts'
import { city, setView, useCity } from '../../state/store.ts'
import { selected, shownThing } from '../../state/view.ts'
import { STRINGS } from '../../strings.ts'
import { CloseIcon, TargetIcon } from '../icons.tsx'
import { SkeletonRows } from '../Skeleton.tsx'

interface Props {
  readonly sign: ReactNode
  /** What it is. */
  readonly kind: string
  /** Which one it is. */
  readonly title: ReactNode
  readonly actions?: ReactNode
  /** Where all that belongs to it is; what was not given is where it is alone. */
  readonly around?: readonly Place[]
  readonly children: ReactNode
}

/** What is known of one thing. */
export function Card({ sign, kind, title, actions, around = [], children }: Props) {
  const id = useId()
  return (
    <section id="card" className="floating card" tabIndex={-1} aria-labelledby={id} data-testid="card">
      <header className="card-head">
        {sign}
        <div className="card-names">
          <p className="quiet">{kind}</p>
          <h2 id={id} data-testid="card-title">
            {title}
          </h2>
        </div>
        <button type="button" className="icon-button is-small" aria-label={STRINGS.card.goTo} title={STRINGS.card.goTo} onClick={() => { show(around) }}>
          <TargetIcon />
        </button>
        <button type="button" className="icon-button is-small" aria-label={STRINGS.card.close} title={STRINGS.card.close} data-testid="card-close" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      {children}
      {actions !== undefined && <footer className="card-actions">{actions}</footer>}
    </section>
  )
}

/** Of what was chosen and is not there: not any more, or, from a link, not yet. */
export function GoneCard({ kind, id }: { readonly kind: string; readonly id: string }) {
  const isComing = useCity((state) => isAwaited(state, state.view.selection))
  const isPast = useCity((state) => isBack(state.past))
  if (isComing) return <ComingCard kind={kind} />
  return (
    <Card sign={null} kind={kind} title={id}>
      <p className="quiet card-gone">{isPast ? STRINGS.past.notThere : STRINGS.card.gone}</p>
    </Card>
  )
}

export function ComingCard({ kind }: { readonly kind: string }) {
  const name = (
    <>
      <span className="skeleton is-name" aria-hidden="true" />
      <span className="hidden-words">{STRINGS.card.loading}</span>
    </>
  )
  return (
    <Card sign={<span className="skeleton is-badge" aria-hidden="true" />} kind={kind} title={name}>
      <SkeletonRows count={3} />
    </Card>
  )
}

function show(around: readonly Place[]): void {
  const state = city.getState()
  const shown = shownThing(state.view)
  const [place = shown === null ? null : placeOf(state, shown), ...others] = around
  if (others.length > 0) mapHandle()?.goAround(boundsOfLine(around.map(({ lon, lat }) => [lon, lat])))
  else if (place !== null) mapHandle()?.goTo(place)
}

function close(): void {
  setView((view) => selected(view, null))
}
