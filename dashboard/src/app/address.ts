/** The page's address is a link to what is looked at: it is obeyed when it comes, and goes along from then on. */

import { mapHandle } from '../map/handle.ts'
import { isSameShared, readLink, withLink, writeLink, type Link } from '../state/link.ts'
import { city, setView } from '../state/store.ts'
import { lookAhead, openAt } from './past.ts'
import { asLent } from './preferences.ts'

/** Browsers refuse addresses that change more often than some hundred times in half a minute. */
const EVERY_MS = 300

let timer: number | undefined

/** What the address tells counts for more than what this browser remembers: call it after that. */
export function keepAddress(): void {
  const link = readLink(window.location.hash)
  if (link !== null) obey(link)
  window.addEventListener('hashchange', ({ newURL }) => {
    // The address itself may have gone along with the map since.
    const other = readLink(new URL(newURL).hash)
    if (other === null) return
    obey(other)
    if (other.camera !== null) mapHandle()?.look(other.camera)
    goAlongSoon()
  })
  window.addEventListener('pagehide', goAlong)
  city.subscribe((after, before) => {
    if (after.camera !== before.camera || after.past?.atMs !== before.past?.atMs || after.past?.ahead !== before.past?.ahead || !isSameShared(after.view, before.view)) goAlongSoon()
  })
}

/** The whole address, of what is looked at now. */
export function currentAddress(): string {
  const { camera, view, past } = city.getState()
  const address = new URL(window.location.href)
  // Before the map is anywhere, the address is as it came.
  if (camera !== null) address.hash = writeLink(camera, view, past)
  return address.href
}

function obey(link: Link): void {
  asLent(() => {
    setView((view) => withLink(view, link))
    if (link.camera !== null) city.setState({ camera: link.camera })
  })
  if (link.ahead !== undefined) lookAhead(link.ahead)
  else if (link.atMs !== undefined) openAt(link.atMs)
}

function goAlongSoon(): void {
  timer ??= window.setTimeout(goAlong, EVERY_MS)
}

function goAlong(): void {
  window.clearTimeout(timer)
  timer = undefined
  const address = currentAddress()
  if (address !== window.location.href) window.history.replaceState(window.history.state, '', address)
}
