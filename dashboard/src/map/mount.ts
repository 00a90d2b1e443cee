/** Ties the map to the state: each new state is compared with the last, and the map told what is other. */

import { isSame } from '../state/selection.ts'
import { START, city, setView, type CityState } from '../state/store.ts'
import { selected } from '../state/view.ts'
import { boundsOf } from './bounds.ts'
import { CityMap } from './cityMap.ts'
import { setMapHandle } from './handle.ts'
import { offerHooks } from './hooks.ts'
import { ordersBetween } from './orders.ts'

/** Returns what takes the map away. */
export function mountMap(container: HTMLElement): () => void {
  const { view, connection } = city.getState()
  const map = new CityMap(
    container,
    { theme: view.theme, levelColours: view.levelColours, shown: view.layers, pale: connection.isPale },
    {
      onSelect: (selection) => {
        setView((now) => (isSame(now.selection, selection) ? now : selected(now, selection)))
      },
      onGrab: () => {
        setView((now) => (now.follows ? { ...now, follows: false } : now))
      },
    },
  )
  let isFitted = false

  const tell = (after: CityState, before: CityState): void => {
    if (before === START || before.view !== after.view || before.connection.isPale !== after.connection.isPale) {
      tellChoice(map, after)
    }
    void map.obey(ordersBetween(before, after))
    if (isFitted) return
    const bounds = boundsOf(after)
    if (bounds === null) return
    isFitted = true
    map.fit(bounds, { unlessChosen: true, flies: false })
  }
  const stop = city.subscribe(tell)
  // All that is known already.
  tell(city.getState(), START)

  const observer = new ResizeObserver(() => {
    map.resize()
  })
  observer.observe(container)
  offerHooks(
    map.vehicles,
    () => map.camera,
    (id) => map.level(id),
  )
  setMapHandle({
    zoomBy: (steps) => {
      map.zoomBy(steps)
    },
    showAll: () => {
      const bounds = boundsOf(city.getState())
      if (bounds !== null) map.fit(bounds)
    },
    goTo: (place) => {
      map.goTo(place)
    },
  })
  return () => {
    stop()
    observer.disconnect()
    setMapHandle(null)
    delete window.__city
    map.remove()
  }
}

function tellChoice(map: CityMap, { view, connection }: CityState): void {
  map.vehicles.setChoice({
    visible: view.layers.vehicles,
    selectedId: view.selection?.kind === 'vehicle' ? view.selection.id : null,
    pale: connection.isPale,
    glides: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
  })
}
