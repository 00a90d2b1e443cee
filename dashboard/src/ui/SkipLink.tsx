import { setView } from '../state/store.ts'
import { STRINGS } from '../strings.ts'

/** From the first Tab to what is urgent. The address stays: it tells where the map looks. */
export function SkipLink() {
  return (
    <a
      className="skip-link"
      href="#incidents"
      onClick={(event) => {
        event.preventDefault()
        setView((view) => ({ ...view, incidentsOpen: true, tab: 'incidents', sheetOpen: true }))
        window.requestAnimationFrame(focusIncidents)
      }}
    >
      {STRINGS.app.skipToIncidents}
    </a>
  )
}

function focusIncidents(): void {
  const list = document.getElementById('incidents')
  const row = list?.querySelector<HTMLElement>('button[tabindex="0"]')
  ;(row ?? list)?.focus()
}
