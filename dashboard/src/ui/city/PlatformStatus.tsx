import { useId, useState } from 'react'

import type { DataStatus } from '../../contract/status.ts'
import { whole } from '../../format.ts'
import { notUp, partsOf, type Part } from '../../state/platform.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age } from '../Age.tsx'
import { ChevronIcon } from '../icons.tsx'

const SAY = STRINGS.platform

/** One line while all is well; what is not stands there by name. The rest is a click away. */
export function PlatformStatus() {
  const platform = useCity((state) => state.platform)
  const [isOpen, setIsOpen] = useState(false)
  const id = useId()
  if (platform === null) return null
  const parts = partsOf(platform)
  const away = notUp(parts)
  return (
    <section className="platform" aria-labelledby={`${id}-title`} data-testid="platform">
      <h3 id={`${id}-title`}>
        {SAY.title}{' '}
        <span className="quiet">
          {SAY.asked} <Age ms={platform.timeMs} />
        </span>
      </h3>
      <button
        type="button"
        className="platform-line"
        data-state={away[0]?.state ?? 'up'}
        aria-expanded={isOpen}
        aria-controls={id}
        title={SAY.showAll}
        data-testid="platform-line"
        onClick={() => {
          setIsOpen(!isOpen)
        }}
      >
        <span className="part-dot" aria-hidden="true" />
        {away.length === 0 ? SAY.allUp(whole(parts.length)) : SAY.notUp(whole(away.length), whole(parts.length))}
        <ChevronIcon />
      </button>
      <ul id={id} className="parts">
        {(isOpen ? parts : away).map((part) => (
          <PartRow key={keyOf(part)} part={part} />
        ))}
      </ul>
      {isOpen && (
        <>
          <h4>{SAY.data}</h4>
          <ul className="parts">
            {platform.data.map((data) => (
              <DataRow key={data.topic} data={data} />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function keyOf(part: Part): string {
  return part.kind === 'layer' ? part.name : `${part.type} ${part.role}`
}

function PartRow({ part }: { readonly part: Part }) {
  return (
    <li className="part" data-state={part.state} data-part={keyOf(part)} data-testid="part">
      <span className="part-dot" aria-hidden="true" />
      <span className="part-name">{nameOf(part)}</span>
      <span className="part-figures">{figuresOf(part)}</span>
      <span className="part-state">{SAY.states[part.state]}</span>
    </li>
  )
}

function nameOf(part: Part): string {
  if (part.kind === 'layer') return SAY.parts[part.name] ?? part.name
  const name = SAY.parts[part.type] ?? part.type
  return part.role === part.type ? name : SAY.role(name, part.role)
}

/** What tells of one that runs; of one that does not, since when. */
function figuresOf(part: Part) {
  if (part.kind === 'layer') {
    const waiting = part.pending === null || part.pending === 0 ? null : SAY.pending(whole(part.pending))
    if (part.sinceMs === null) return waiting
    return (
      <>
        {waiting !== null && `${waiting} · `}
        <Age ms={part.sinceMs} short />
      </>
    )
  }
  if (part.instances === 0 || part.eventsPerS === null) return null
  const rate = SAY.rate(whole(part.eventsPerS))
  return part.lag === null || part.lag === 0 ? rate : `${rate} · ${SAY.lag(whole(part.lag))}`
}

function DataRow({ data: { topic, isKnown, things, withData, asOfMs } }: { readonly data: DataStatus }) {
  return (
    <li className="part" data-state={isKnown ? 'up' : 'unknown'}>
      <span className="part-name">{SAY.topics[topic] ?? topic}</span>
      <span className="part-figures">{isKnown ? SAY.withData(whole(withData), whole(things)) : null}</span>
      <span className="part-state">{asOfMs === null ? SAY.nothingKnown : <Age ms={asOfMs} short />}</span>
    </li>
  )
}
