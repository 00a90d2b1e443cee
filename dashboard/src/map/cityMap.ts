/** The map lives here, outside of React: it is told what changed, and says what was clicked. */

import { GeoJSONSource, Map as GlMap, setWorkerUrl } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'

import type { Bounds, ModelRoad, Tiles } from '../contract/model.ts'
import type { Level } from '../contract/road.ts'
import { Complaints } from '../live/complaints.ts'
import type { Camera } from '../state/camera.ts'
import { paletteOf } from '../theme/palette.ts'
import type { Place } from '../state/places.ts'
import type { RoadLevel } from '../state/roads.ts'
import { chosenId, type Selection } from '../state/selection.ts'
import { STRINGS } from '../strings.ts'
import { affineOf, type Point } from '../vehicles/affine.ts'
import { workerLayer, type VehicleLayer } from '../vehicles/layer.ts'
import { latOf, lonOf, mercatorX, mercatorY, type Box } from '../vehicles/mercator.ts'
import type { Hit } from '../vehicles/protocol.ts'
import { Approach, type Legs } from './approach.ts'
import { drawBuiltUp } from './builtUp.ts'
import { drawIcon, iconOf } from './icons.ts'
import { ROAD_CASING, ROAD_LAYER } from './layers/roads.ts'
import { TILES, tileLayer } from './layers/tiles.ts'
import { layersOf, styleOf } from './style.ts'
import type { Look } from './look.ts'
import { Mark } from './mark.ts'
import type { Sight } from './near.ts'
import { IncidentMarkers } from './markers.ts'
import type { Orders } from './orders.ts'
import { Pilot } from './pilot.ts'
import { pick, pickStanding, reachPx, type Picked } from './picking.ts'
import { currentScale } from './scale.ts'
import {
  APPROACH,
  AREAS,
  EMPTY,
  PLACES,
  PLACE_KINDS,
  ROADS,
  TRAIL,
  areaFeatures,
  placeFeatures,
  roadFeatures,
  trailFeatures,
  type StandingPlace,
} from './sources.ts'
import { Tip } from './tip.ts'
import { TileGround } from './tiles.ts'

setWorkerUrl(workerUrl)

const MOST_RATIO = 2
const BUILT_UP = 'built-up'

export interface Clicks {
  readonly onSelect: (selection: Selection | null) => void
  /** Vehicles that lie on each other. */
  readonly onStack: (ids: readonly string[]) => void
  /** Somebody took the map in their hand. */
  readonly onGrab: () => void
  /** The map came to rest. */
  readonly onLook: () => void
}

export class CityMap {
  readonly vehicles: VehicleLayer
  /** Who moves it. */
  readonly pilot: Pilot
  readonly #map: GlMap
  readonly #markers: IncidentMarkers
  readonly #mark: Mark
  readonly #tip: Tip
  readonly #tiles: TileGround
  readonly #approach = new Approach((legs) => {
    void this.#source(APPROACH).setData(legs ?? EMPTY)
  })
  readonly #loaded: Promise<unknown>
  #look: Look
  #hovered: string | null = null
  #pointer: Point | null = null
  #isRemoved = false
  #roads: readonly ModelRoad[] = []
  readonly #levels = new Map<string, Level>()

  /** Without a camera it shows the world. */
  constructor(container: HTMLElement, look: Omit<Look, 'palette' | 'scale'>, camera: Camera | null, clicks: Clicks) {
    this.#look = { ...look, palette: paletteOf(look), scale: currentScale() }
    this.#map = new GlMap({
      container,
      style: styleOf(this.#look, window.location.href),
      center: [camera?.lon ?? 0, camera?.lat ?? 25],
      zoom: camera?.zoom ?? 1.5,
      bearing: camera?.bearingDeg ?? 0,
      maxZoom: 19,
      minZoom: 1,
      maxPitch: 0,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      locale: { 'Map.Title': STRINGS.app.map },
      fadeDuration: 120,
      pixelRatio: Math.min(MOST_RATIO, window.devicePixelRatio),
    })
    this.#map.getCanvas().setAttribute('aria-description', STRINGS.app.mapHelp)
    this.pilot = new Pilot(this.#map, () => this.#look.scale)
    const above = this.#map.getCanvasContainer()
    this.vehicles = workerLayer(above)
    this.#mark = new Mark(above)
    this.#tip = new Tip(above)
    this.#markers = new IncidentMarkers(above, (id) => {
      clicks.onSelect({ kind: 'incident', id })
    })
    this.#tiles = new TileGround(this.#map, new Complaints(), () => {
      this.#showBuiltUp()
    })
    this.#loaded = this.#map.once('load')
    this.#listen(clicks)
    this.#tellTheme()
  }

  get camera(): Camera {
    const { lng, lat } = this.#map.getCenter()
    return { lon: lng, lat, zoom: this.#map.getZoom(), bearingDeg: this.#map.getBearing() }
  }

  get sight(): Sight {
    const bounds = this.#map.getBounds()
    return {
      zoom: this.#map.getZoom(),
      west: bounds.getWest(),
      south: bounds.getSouth(),
      east: bounds.getEast(),
      north: bounds.getNorth(),
    }
  }

  /** The level that a road is coloured by; null of one that nobody told of. */
  level(id: string): Level | null {
    return this.#levels.get(id) ?? null
  }

  /** How many there are on what was drawn; 0 before the map has any. */
  get roadsDrawn(): number {
    return this.#roads.length === 0 ? 0 : this.#map.queryRenderedFeatures({ layers: [ROAD_LAYER] }).length
  }

  /** The lines of the chosen incident. */
  get approach(): Legs | null {
    return this.#approach.legs
  }

  async obey(orders: Orders): Promise<void> {
    if (orders.vehicles !== undefined) this.vehicles.moved(orders.vehicles.changed, orders.vehicles.removed)
    if (orders.incidents !== undefined) this.#markers.set(orders.incidents)
    if (orders.mark !== undefined) this.#mark.set(orders.mark)
    if (orders.selection?.is !== undefined) this.#markers.choose(chosenId(orders.selection.is, 'incident'))
    if (orders.incidents !== undefined || orders.mark !== undefined) this.#placeAbove()
    if (orders.follow !== undefined) this.pilot.follow(orders.follow)
    if (!(await this.#isReady())) return
    if (orders.look !== undefined) this.#setLook({ ...orders.look, shown: orders.look.layers })
    if (orders.tiles !== undefined) this.#layTiles(orders.tiles)
    if (orders.roads !== undefined) this.#setRoads([...orders.roads])
    if (orders.places !== undefined) this.#setPlaces(orders.places)
    if (orders.levels !== undefined) this.#recolour(orders.levels)
    if (orders.selection !== undefined) this.#chooseRoad(orders.selection.was, orders.selection.is)
    if (orders.trail !== undefined) void this.#source(TRAIL).setData(orders.trail === null ? EMPTY : trailFeatures(orders.trail))
    if (orders.approach !== undefined) this.#approach.set(orders.approach)
  }

  resize(): void {
    this.#map.resize()
    const scale = currentScale()
    if (scale !== this.#look.scale) this.#applyLook({ ...this.#look, scale })
  }

  /** False of who signed out while it loaded: there is no map any more. */
  async #isReady(): Promise<boolean> {
    await this.#loaded
    return !this.#isRemoved
  }

  remove(): void {
    this.#isRemoved = true
    this.pilot.follow(null)
    this.#approach.end()
    this.#tiles.remove()
    this.vehicles.remove()
    this.#markers.remove()
    this.#map.remove()
  }

  #listen(clicks: Clicks): void {
    const map = this.#map
    map.on('render', () => {
      this.#placeAbove()
    })
    map.on('load', clicks.onLook)
    map.on('moveend', clicks.onLook)
    map.on('dragstart', clicks.onGrab)
    map.on('click', ({ point, lngLat }) => {
      void pick(map, this.vehicles, point).then((picked) => {
        this.#act(picked, clicks)
        const hasCard = picked.kind === 'stack' || (picked.kind === 'one' && picked.selection !== null)
        if (hasCard) this.pilot.uncover({ lon: lngLat.lng, lat: lngLat.lat })
      })
    })
    map.on('mousemove', ({ point, originalEvent }) => {
      if (originalEvent.buttons === 0) void this.#hover(point)
    })
    map.on('mouseout', () => {
      this.#leave()
    })
    map.on('movestart', () => {
      this.#tip.show(null, { x: 0, y: 0 })
    })
  }

  #act(picked: Picked, clicks: Clicks): void {
    if (picked.kind === 'one') clicks.onSelect(picked.selection)
    else if (picked.kind === 'stack') clicks.onStack(picked.ids)
    else if (this.#isApart(picked.group.box)) this.pilot.fit(boundsOf(picked.group.box))
    else clicks.onStack(picked.ids)
  }

  /** Whether a deeper zoom shows the vehicles of a group one by one. */
  #isApart({ west, north, east, south }: Box): boolean {
    return Math.max(east - west, south - north) * 512 * 2 ** this.#map.getMaxZoom() > MOST_RATIO
  }

  /** What lies above the map goes along with it. */
  #placeAbove(): void {
    const map = this.#map
    const project = ({ lon, lat }: Place) => map.project([lon, lat])
    this.#markers.place(project)
    this.#mark.place(project)
    const { lng, lat } = map.getCenter()
    const step = 0.5 / 2 ** map.getZoom()
    const affine = affineOf((x, y) => map.project([lonOf(x), latOf(y)]), mercatorX(lng), mercatorY(lat), step)
    const { clientWidth, clientHeight } = map.getContainer()
    this.vehicles.setView(affine, {
      widthPx: clientWidth,
      heightPx: clientHeight,
      ratio: Math.min(MOST_RATIO, window.devicePixelRatio),
    })
  }

  async #hover(point: Point): Promise<void> {
    this.#pointer = point
    const { ids, group } = await this.vehicles.hit(point, reachPx())
    // Meanwhile it has moved on, and asked again.
    if (this.#pointer !== point || this.#isRemoved) return
    const under = ids.length > 0 ? null : pickStanding(this.#map, point)
    this.#map.getCanvas().style.cursor = ids.length > 0 || under !== null ? 'pointer' : ''
    this.#tip.show(tipOf(ids, group), point)
    this.#hoverRoad(chosenId(under, 'road'))
  }

  #leave(): void {
    this.#pointer = null
    this.#tip.show(null, { x: 0, y: 0 })
    this.#hoverRoad(null)
  }

  #hoverRoad(road: string | null): void {
    if (road === this.#hovered) return
    this.#flag(this.#hovered, 'hovered', false)
    this.#flag(road, 'hovered', true)
    this.#hovered = road
  }

  #chooseRoad(was: Selection | null, is: Selection | null): void {
    this.#flag(chosenId(was, 'road'), 'chosen', false)
    this.#flag(chosenId(is, 'road'), 'chosen', true)
  }

  #flag(id: string | null, name: string, value: boolean): void {
    if (id !== null) this.#map.setFeatureState({ source: ROADS, id }, { [name]: value })
  }

  #recolour(levels: readonly RoadLevel[]): void {
    for (const { id, level } of levels) {
      this.#levels.set(id, level)
      this.#map.setFeatureState({ source: ROADS, id }, { level })
    }
  }

  #setRoads(roads: readonly ModelRoad[]): void {
    this.#roads = roads
    this.#drawBuiltUp()
    void this.#source(ROADS).setData(roadFeatures(roads))
    void this.#source(AREAS).setData(areaFeatures(roads))
    for (const { id } of roads) if (!this.#levels.has(id)) this.#levels.set(id, 'unknown')
  }

  #drawBuiltUp(): void {
    const map = this.#map
    if (map.getLayer(BUILT_UP) !== undefined) map.removeLayer(BUILT_UP)
    if (map.getSource(BUILT_UP) !== undefined) map.removeSource(BUILT_UP)
    const drawn = drawBuiltUp(this.#roads, this.#look.palette.builtUp)
    if (drawn === null) return
    map.addSource(BUILT_UP, { type: 'canvas', canvas: drawn.canvas, coordinates: drawn.corners, animate: false })
    const below = map.getLayer(TILES) === undefined ? ROAD_CASING : TILES
    map.addLayer({ id: BUILT_UP, type: 'raster', source: BUILT_UP, paint: { 'raster-fade-duration': 0 } }, below)
    this.#showBuiltUp()
  }

  /** Not under tiles, which show it themselves. */
  #showBuiltUp(): void {
    if (this.#map.getLayer(BUILT_UP) === undefined) return
    const isHidden = this.#look.shown.tiles && this.#tiles.comes
    this.#map.setLayoutProperty(BUILT_UP, 'visibility', isHidden ? 'none' : 'visible')
  }

  #layTiles(tiles: Tiles): void {
    if (this.#tiles.isOffered) return
    this.#tiles.offer(tiles)
    this.#map.addLayer(tileLayer(this.#look), ROAD_CASING)
  }

  #setPlaces(places: readonly StandingPlace[]): void {
    void this.#source(PLACES).setData(placeFeatures(places))
  }

  #source(name: string): GeoJSONSource {
    const source = this.#map.getSource(name)
    if (!(source instanceof GeoJSONSource)) throw new Error(`the map has no source ${name}`)
    return source
  }

  #setLook(look: Omit<Look, 'palette' | 'scale'>): void {
    this.#applyLook({ ...look, palette: paletteOf(look), scale: this.#look.scale })
  }

  /** What is as it was costs nothing: the map compares. */
  #applyLook(look: Look): void {
    const isOther = look.palette !== this.#look.palette
    this.#look = look
    this.#tellTheme()
    if (isOther) this.#drawBuiltUp()
    else this.#showBuiltUp()
    for (const layer of [...layersOf(look), ...(this.#tiles.isOffered ? [tileLayer(look)] : [])]) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) this.#map.setPaintProperty(layer.id, name as never, value as never)
      for (const [name, value] of Object.entries(layer.layout ?? {})) this.#map.setLayoutProperty(layer.id, name as never, value as never)
    }
  }

  #tellTheme(): void {
    const { palette, scale } = this.#look
    this.vehicles.setTheme(palette, scale)
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio)
    void this.#isReady().then((isReady) => {
      if (!isReady) return
      for (const kind of PLACE_KINDS) {
        const icon = drawIcon(kind, palette, ratio)
        if (this.#map.hasImage(iconOf(kind))) this.#map.updateImage(iconOf(kind), icon)
        else this.#map.addImage(iconOf(kind), icon, { pixelRatio: ratio })
      }
    })
  }

}

function boundsOf({ west, north, east, south }: Box): Bounds {
  return [lonOf(west), latOf(south), lonOf(east), latOf(north)]
}

function tipOf(ids: readonly string[], group: Hit['group']): string | null {
  if (group !== null) return STRINGS.vehicle.group(group.counts)
  return ids.length > 1 ? STRINGS.vehicle.stack(ids.length) : null
}
