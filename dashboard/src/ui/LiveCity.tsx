/** The map over the whole window, and the panels that float on it. */

import { useEffect } from 'react'

import { goLive } from '../app/live.ts'
import { NARROW } from '../map/frame.ts'
import { city, setView, useCity } from '../state/store.ts'
import { hasCard, selected } from '../state/view.ts'
import { STRINGS } from '../strings.ts'
import '../styles/city.css'
import '../styles/map.css'
import '../styles/panels.css'
import '../styles/cards.css'
import '../styles/day.css'
import '../styles/past.css'
import '../styles/sheet.css'
import '../styles/search.css'
import '../styles/incidents.css'
import '../styles/city-panel.css'
import '../styles/trends.css'
import '../styles/settings.css'
import '../styles/forced.css'
import { Banner } from './Banner.tsx'
import { CityPanel } from './city/CityPanel.tsx'
import { IncidentAnnouncer } from './IncidentAnnouncer.tsx'
import { IncidentPanel } from './IncidentPanel.tsx'
import { IncidentToast } from './IncidentToast.tsx'
import { LayerPanel } from './LayerPanel.tsx'
import { MapControls } from './MapControls.tsx'
import { MapStage } from './MapStage.tsx'
import { SelectedCard } from './SelectedCard.tsx'
import { Sheet } from './Sheet.tsx'
import { SkipLink } from './SkipLink.tsx'
import { SummaryStrip } from './Summary.tsx'
import { TileCredit } from './TileCredit.tsx'
import { leaveTimeline } from './timeline/leave.ts'
import { Timeline } from './timeline/Timeline.tsx'
import { TopBar } from './TopBar.tsx'
import { Trends, closeTrends } from './trends/Trends.tsx'
import { useMedia } from './useMedia.ts'
import { WaitingNote } from './WaitingNote.tsx'

export function LiveCity() {
  const isIn = useCity((state) => state.session.status === 'in')
  const name = useCity((state) => state.model?.city.name ?? null)
  const past = useCity((state) => state.past?.answer.status ?? 'none')
  const isNarrow = useMedia(NARROW)
  useEffect(() => (isIn ? goLive() : undefined), [isIn])
  useEffect(() => {
    document.title = name === null ? STRINGS.app.title : `${name} · ${STRINGS.app.title}`
  }, [name])
  useEscape()

  return (
    <div className="city" data-past={past} data-testid="city">
      <SkipLink />
      <TopBar />
      <main className="stage">
        <MapStage />
      </main>
      <Banner />
      <IncidentToast />
      {isNarrow ? (
        <Sheet />
      ) : (
        <>
          <div className="column is-left">
            <IncidentPanel />
            {/* Its figures are of now, as those of the strip. */}
            {past === 'none' && <CityPanel />}
          </div>
          <div className="column is-right">
            <SelectedCard />
            <LayerPanel />
          </div>
          {past === 'none' ? <SummaryStrip /> : <Timeline />}
          <TileCredit />
        </>
      )}
      <Trends />
      <MapControls />
      <WaitingNote />
      <IncidentAnnouncer />
    </div>
  )
}

/** Escape closes what is open, the last first. */
function useEscape(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]') !== null) return
      const { view, past } = city.getState()
      if (view.trends !== null) closeTrends()
      else if (past !== null && !hasCard(view)) leaveTimeline()
      else setView((now) => (hasCard(now) ? { ...selected(now, null), sheetOpen: false } : { ...now, sheetOpen: false }))
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [])
}
