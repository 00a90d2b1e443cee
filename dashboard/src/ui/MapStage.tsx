import { useEffect, useRef, useState } from 'react'

import { STRINGS } from '../strings.ts'

/** Where the map is drawn. Its code comes by itself: the panels do not wait for it. */
export function MapStage() {
  const container = useRef<HTMLDivElement>(null)
  const [isThere, setIsThere] = useState(false)
  useEffect(() => {
    let isOver = false
    let remove: (() => void) | undefined
    void import('../map/mount.ts').then(({ mountMap }) => {
      if (isOver || container.current === null) return
      remove = mountMap(container.current)
      setIsThere(true)
    })
    return () => {
      isOver = true
      remove?.()
    }
  }, [])

  return (
    <>
      <div ref={container} className="map" data-testid="map" />
      {!isThere && (
        <p className="map-loading" role="status">
          {STRINGS.app.loadingMap}
        </p>
      )}
    </>
  )
}
