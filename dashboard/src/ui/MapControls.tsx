import { openPast } from '../app/past.ts'
import { mapHandle } from '../map/handle.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { FitIcon, MinusIcon, PastIcon, PlusIcon } from './icons.tsx'
import { ShareButton } from './ShareButton.tsx'
import { TIMELINE_BUTTON, leaveTimeline } from './timeline/leave.ts'
import { TrendsButton } from './trends/TrendsButton.tsx'

const SAY = STRINGS.controls

export function MapControls() {
  const isPast = useCity((state) => state.past !== null)
  return (
    <div className="floating map-controls" role="group" aria-label={SAY.group}>
      <button type="button" className="icon-button" aria-label={SAY.zoomIn} title={SAY.zoomIn} onClick={() => mapHandle()?.zoomBy(1)}>
        <PlusIcon />
      </button>
      <button type="button" className="icon-button" aria-label={SAY.zoomOut} title={SAY.zoomOut} onClick={() => mapHandle()?.zoomBy(-1)}>
        <MinusIcon />
      </button>
      <button type="button" className="icon-button" aria-label={SAY.showAll} title={SAY.showAll} onClick={() => mapHandle()?.showAll()}>
        <FitIcon />
      </button>
      <button
        type="button"
        id={TIMELINE_BUTTON}
        className="icon-button"
        aria-label={SAY.past}
        aria-pressed={isPast}
        title={SAY.past}
        onClick={isPast ? leaveTimeline : openPast}
      >
        <PastIcon />
      </button>
      <TrendsButton />
      <ShareButton />
    </div>
  )
}
