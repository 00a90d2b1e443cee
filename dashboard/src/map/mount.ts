/** Ties the map to the state: each new state is compared with the last, and the map told what is other. */

import { markedVehicleId } from '../state/incident.ts'
import { isAhead } from '../state/past.ts'
import { isSame } from '../state/selection.ts'
import { START, city, setView, type CityState } from '../state/store.ts'
import { selected, stacked } from '../state/view.ts'
import { boundsOf } from './bounds.ts'
import { CityMap } from './cityMap.ts'
import { setMapHandle } from './handle.ts'
import { offerHooks } from './hooks.ts'
import { mayMove } from './movement.ts'
import { nearOf } from './near.ts'
import { isPale, ordersBetween } from './orders.ts'

/** A map that goes along with a vehicle comes to rest again and again. */
const TOLD_MS = 100

/** Returns what takes the map away. */
export function mountMap(container: HTMLElement): () => void {
  const { view, camera } = city.getState()
  // Who comes with a place of their own is left there.
  let isPlaced = camera !== null
  let told: number | undefined
  const map = new CityMap(
    container,
    { theme: view.theme, levelColours: view.levelColours, shown: view.layers, pale: isPale(city.getState()) },
    camera,
    {
      onSelect: (selection) => {
        setView((now) => (isSame(now.selection, selection) ? now : selected(now, selection)))
      },
      onStack: (ids) => {
        setView((now) => stacked(now, ids))
      },
      onGrab: () => {
        setView((now) => (now.follows ? { ...now, follows: false } : now))
      },
      onLook: () => {
        // The whole world, before the city is known, is no place.
        if (isPlaced) told ??= window.setTimeout(tellCamera, TOLD_MS)
      },
    },
  )
  const tellCamera = (): void => {
    told = undefined
    city.setState(({ near }) => ({ camera: map.camera, near: nearOf(map.sight, near) }))
  }

  const tell = (after: CityState, before: CityState): void => {
    const isOtherTime = (before.past === null) !== (after.past === null) || before.past?.ahead !== after.past?.ahead
    if (
      before === START ||
      before.view !== after.view ||
      isPale(before) !== isPale(after) ||
      markedVehicleId(before) !== markedVehicleId(after) ||
      isOtherTime
    ) {
      tellChoice(map, after)
    }
    void map.obey(ordersBetween(before, after))
    if (isPlaced) return
    const bounds = boundsOf(after)
    if (bounds === null) return
    isPlaced = true
    map.pilot.showWhole(bounds, { flies: false })
  }
  const stop = city.subscribe(tell)
  // All that is known already.
  tell(city.getState(), START)

  const observer = new ResizeObserver(() => {
    map.resize()
  })
  observer.observe(container)
  offerHooks(map)
  setMapHandle({
    zoomBy: (steps) => {
      map.pilot.zoomBy(steps)
    },
    showAll: () => {
      const bounds = boundsOf(city.getState())
      if (bounds === null) return
      setView((now) => (now.follows ? { ...now, follows: false } : now))
      map.pilot.showWhole(bounds)
    },
    goTo: (place) => {
      map.pilot.goTo(place)
    },
    goAround: (bounds) => {
      map.pilot.fit(bounds, { turns: false })
    },
    look: (camera) => {
      isPlaced = true
      map.pilot.look(camera)
    },
  })
  return () => {
    stop()
    window.clearTimeout(told)
    observer.disconnect()
    setMapHandle(null)
    delete window.__city
    map.remove()
  }
}

function tellChoice(map: CityMap, state: CityState): void {
  const { view, past } = state
  map.pilot.setSheet(view.sheetOpen)
  map.vehicles.setChoice({
    // Nobody knows where they will be.
    visible: view.layers.vehicles && !isAhead(past),
    selectedId: markedVehicleId(state),
    pale: isPale(state),
    hiddenTypes: view.hiddenTypes,
    // From one past minute to another nobody drove straight.
    glides: mayMove() && past === null,
  })
}
