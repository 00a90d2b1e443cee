import { useRef, type KeyboardEvent, type PointerEvent } from 'react'

import { city, setView, useCity } from '../state/store.ts'
import { TABS, hasCard, type Tab } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import { CityDetails } from './city/CityPanel.tsx'
import { IncidentList } from './IncidentList.tsx'
import { AlertIcon, CardIcon, CityIcon, LayersIcon } from './icons.tsx'
import { LayerSwitches } from './LayerSwitches.tsx'
import { Legend } from './Legend.tsx'
import { SelectedCard } from './SelectedCard.tsx'
import { Figures } from './Summary.tsx'
import { TileCredit } from './TileCredit.tsx'
import { Timeline } from './timeline/Timeline.tsx'

const ICONS = { incidents: AlertIcon, city: CityIcon, layers: LayersIcon, selected: CardIcon }
/** A finger that moved less has tapped. */
const SWIPE_PX = 24

/** All panels of a narrow screen, from its lower edge. */
export function Sheet() {
  const { tab, sheetOpen } = useCity((state) => state.view)
  const isCardOpen = useCity((state) => hasCard(state.view))
  const isPast = useCity((state) => state.past !== null)
  // Figures of the city are of now.
  const tabs = TABS.filter((one) => (one === 'selected' ? isCardOpen : one !== 'city' || !isPast))
  const current = tabs.includes(tab) ? tab : 'incidents'
  return (
    <section className="sheet" data-open={sheetOpen} data-testid="sheet" aria-label={STRINGS.panel.sheet}>
      <TileCredit />
      <Handle isOpen={sheetOpen} />
      <div className="sheet-body" id="sheet-body" role="tabpanel" aria-labelledby={`tab-${current}`} hidden={!sheetOpen}>
        {current === 'incidents' && <IncidentList />}
        {current === 'city' && (
          <>
            <Figures />
            <CityDetails />
          </>
        )}
        {current === 'layers' && (
          <>
            <Legend />
            <LayerSwitches />
          </>
        )}
        {current === 'selected' && <SelectedCard />}
      </div>
      <Timeline />
      <div className="sheet-tabs" role="tablist" aria-label={STRINGS.panel.sheet}>
        {tabs.map((one) => (
          <TabButton key={one} tab={one} isChosen={one === current} isOpen={sheetOpen} />
        ))}
      </div>
    </section>
  )
}

function TabButton({ tab, isChosen, isOpen }: { readonly tab: Tab; readonly isChosen: boolean; readonly isOpen: boolean }) {
  const Icon = ICONS[tab]
  const count = useCity(({ shown }) => (tab === 'incidents' ? shown.emergencies.things.size : 0))
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${tab}`}
      className="sheet-tab"
      aria-selected={isChosen}
      aria-controls="sheet-body"
      tabIndex={isChosen ? 0 : -1}
      data-testid={`tab-${tab}`}
      onKeyDown={walk}
      onClick={() => {
        setView((view) => ({ ...view, tab, sheetOpen: !(isOpen && isChosen) }))
      }}
    >
      <Icon />
      <span>{STRINGS.panel.tabs[tab]}</span>
      {count > 0 && <span className="tab-count">{count}</span>}
    </button>
  )
}

function walk(event: KeyboardEvent<HTMLButtonElement>): void {
  const to = event.key === 'ArrowRight' ? 'nextElementSibling' : event.key === 'ArrowLeft' ? 'previousElementSibling' : null
  const next = to === null ? null : event.currentTarget[to]
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.focus()
}

/** A tap opens and closes, a swipe does what it shows. */
function Handle({ isOpen }: { readonly isOpen: boolean }) {
  const fromY = useRef<number | null>(null)
  // A browser calls the end of a swipe a click, too.
  const swiped = useRef(false)
  const onUp = (event: PointerEvent): void => {
    const moved = fromY.current === null ? 0 : event.clientY - fromY.current
    fromY.current = null
    swiped.current = Math.abs(moved) >= SWIPE_PX
    if (swiped.current) open(moved < 0)
  }
  return (
    <button
      type="button"
      className="sheet-handle"
      aria-expanded={isOpen}
      aria-controls="sheet-body"
      aria-label={isOpen ? STRINGS.panel.closeSheet : STRINGS.panel.openSheet}
      data-testid="sheet-handle"
      onPointerDown={(event) => {
        fromY.current = event.clientY
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerUp={onUp}
      onClick={() => {
        if (!swiped.current) open(!city.getState().view.sheetOpen)
        swiped.current = false
      }}
    >
      <span />
    </button>
  )
}

function open(sheetOpen: boolean): void {
  setView((view) => ({ ...view, sheetOpen }))
}
