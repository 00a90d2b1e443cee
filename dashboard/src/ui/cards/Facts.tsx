import type { ReactNode } from 'react'

import { STRINGS } from '../../strings.ts'

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="facts">{children}</dl>
}

interface FactProps {
  readonly name: string
  readonly help?: string
  readonly children: ReactNode
}

export function Fact({ name, help, children }: FactProps) {
  return (
    <div className="fact" title={help}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** What was not measured is said to be so: it is not 0. */
export function known(value: number | null, format: (value: number) => string): ReactNode {
  return value === null ? <span className="quiet">{STRINGS.card.noData}</span> : format(value)
}
