import { mapHandle } from '../map/handle.ts'
import { STRINGS } from '../strings.ts'
import { FitIcon, MinusIcon, PlusIcon } from './icons.tsx'
import { ShareButton } from './ShareButton.tsx'
import { TrendsButton } from './trends/TrendsButton.tsx'

const SAY = STRINGS.controls

export function MapControls() {
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
      <TrendsButton />
      <ShareButton />
    </div>
  )
}
