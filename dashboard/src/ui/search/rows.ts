/** What was found, in words. */

import { folded, pieces, type Piece } from '../../state/fold.ts'
import type { Found } from '../../state/search.ts'
import type { Selection, SelectableKind } from '../../state/selection.ts'
import type { CityState } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { roadName, whereIs } from '../whereIs.ts'

export interface RowGroup {
  readonly kind: SelectableKind
  readonly rows: readonly Row[]
  /** How many there are beside those that are shown. */
  readonly more: number
}

export interface Row {
  readonly selection: Selection
  readonly title: readonly Piece[]
  readonly note: readonly Piece[]
}

interface Words {
  readonly title: string
  readonly note: string | null
  /** Shown where it has a word that nothing else has. */
  readonly aside: readonly (string | null)[]
}

export function rowGroups(state: CityState, { groups }: Found, words: readonly string[]): readonly RowGroup[] {
  return groups.map(({ kind, shown, count }) => ({
    kind,
    rows: shown.map((selection) => rowOf(state, selection, words)),
    more: count - shown.length,
  }))
}

function rowOf(state: CityState, selection: Selection, words: readonly string[]): Row {
  const { title, note, aside } = wordsFor(state, selection)
  const missing = words.filter((word) => !folded(`${title} ${note ?? ''}`).includes(word))
  const asides = aside.filter((one) => one !== null && missing.some((word) => folded(one).includes(word)))
  return {
    selection,
    title: pieces(title, words),
    note: pieces([note, ...asides].filter((one) => one !== null && one !== title).join(' · '), words),
  }
}

function wordsFor(state: CityState, { kind, id }: Selection): Words {
  const { model, shown } = state
  switch (kind) {
    case 'incident': {
      const incident = shown.emergencies.things.get(id)
      if (incident === undefined) break
      const where = whereIs(state, incident) ?? STRINGS.incident.noPlace
      return { title: STRINGS.incident.kinds[incident.kind], note: where, aside: [incident.unitId, id] }
    }
    case 'vehicle': {
      const type = shown.vehicles.things.get(id)?.type
      return { title: id, note: type === undefined ? null : STRINGS.vehicle.types[type], aside: [] }
    }
    case 'road':
      return { title: roadName(state, id), note: model?.roads.get(id)?.area ?? null, aside: [id] }
    case 'hospital':
      return { title: model?.hospitals.get(id)?.name ?? id, note: null, aside: [id] }
    case 'station':
      return { title: shown.weather.things.get(id)?.name ?? id, note: null, aside: [id] }
    case 'camera': {
      const roadId = shown.cameras.things.get(id)?.roadId
      return { title: id, note: roadId == null ? null : roadName(state, roadId), aside: [] }
    }
    case 'sensor': {
      const roadId = model?.sensors.get(id)?.name
      return { title: id, note: roadId === undefined ? null : roadName(state, roadId), aside: [] }
    }
  }
  return { title: id, note: null, aside: [] }
}
