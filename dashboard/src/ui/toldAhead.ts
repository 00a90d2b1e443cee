import type { Ahead } from '../contract/forecast.ts'
import { whole } from '../format.ts'
import { STRINGS } from '../strings.ts'
import type { Measures } from '../units.ts'

/** What is expected, and from where to where it is four of five times. */
export function toldAhead({ speedKmh, lowKmh, highKmh }: Ahead, { speed, speedOf }: Measures): string {
  return STRINGS.usual.around(speed(speedKmh), whole(speedOf(lowKmh)), whole(speedOf(highKmh)))
}
