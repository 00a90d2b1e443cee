import { expect, test } from 'vitest'

import { ROAD_USERS } from './contract/camera.ts'
import { INCIDENT_KINDS, INCIDENT_STATUSES } from './contract/incident.ts'
import { LEVELS } from './contract/road.ts'
import { PART_STATES } from './contract/status.ts'
import { VEHICLE_TYPES } from './contract/vehicle.ts'
import { PACES } from './live/subscriptions.ts'
import { RESPONSES } from './state/incident.ts'
import { PROGRESS } from './state/incidents.ts'
import { SELECTABLE } from './state/selection.ts'
import { COMPARISONS } from './state/usual.ts'
import { LAYERS, LEVEL_COLOURS, TABS, THEMES } from './state/view.ts'
import { STRINGS } from './strings.ts'
import { UNITS } from './units.ts'

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['kind of incident', INCIDENT_KINDS, STRINGS.incident.kinds],
  ['status', INCIDENT_STATUSES, STRINGS.incident.statuses],
  ['progress', PROGRESS, STRINGS.incident.progresses],
  ['response', RESPONSES, STRINGS.incident.responseNames],
  ['state of a part', PART_STATES, STRINGS.platform.states],
  ['level', LEVELS, STRINGS.level.names],
  ['type of vehicle', VEHICLE_TYPES, STRINGS.vehicle.types],
  ['road user', ROAD_USERS, STRINGS.camera.users],
  ['comparison', COMPARISONS, STRINGS.usual.comparisons],
  ['layer', LAYERS, STRINGS.layers.names],
  ['kind of thing', SELECTABLE, STRINGS.search.kinds],
  ['choice of colours', LEVEL_COLOURS, STRINGS.level.colourNames],
  ['tab', TABS, STRINGS.panel.tabs],
  ['theme', THEMES, STRINGS.settings.themes],
  ['choice of units', UNITS, STRINGS.settings.unitNames],
  ['pace', PACES, STRINGS.settings.paces],
])('every %s has a name of its own', (_, known, names) => {
  expect(Object.keys(names).sort()).toEqual([...known].sort())
  expect(new Set(Object.values(names)).size).toBe(known.length)
})

test('no text is empty, and none ends in blanks', () => {
  for (const text of texts(STRINGS)) expect(text).toMatch(/^\S(.*\S)?$/)
})

test('a heading has a name and a number', () => {
  expect(STRINGS.vehicle.compass(0)).toBe('N 0°')
  expect(STRINGS.vehicle.compass(359.7)).toBe('N 0°')
  expect(STRINGS.vehicle.compass(134)).toBe('SE 134°')
})

function texts(of: object): string[] {
  return Object.values(of).flatMap((one: unknown) =>
    typeof one === 'string' ? [one] : typeof one === 'object' && one !== null ? texts(one) : [],
  )
}
