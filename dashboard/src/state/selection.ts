/** The one thing whose card is open. */

export const SELECTABLE = ['incident', 'vehicle', 'road', 'hospital', 'camera', 'station', 'sensor'] as const

export type SelectableKind = (typeof SELECTABLE)[number]

export interface Selection {
  readonly kind: SelectableKind
  readonly id: string
}

/** Id of what is chosen, if it is of this kind. */
export function chosenId(selection: Selection | null, kind: SelectableKind): string | null {
  return selection?.kind === kind ? selection.id : null
}

export function isSame(one: Selection | null, other: Selection | null): boolean {
  return one?.kind === other?.kind && one?.id === other?.id
}
