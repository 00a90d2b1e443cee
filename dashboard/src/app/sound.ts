/** New incidents as a short soft sound of two tones, for who wants to hear them. */

import type { Incident } from '../contract/incident.ts'
import { arrived, worstFirst } from '../state/incidents.ts'
import { city } from '../state/store.ts'

const TONE_S = 0.16
const FADE_S = 0.35
const VOLUME = 0.08
/** What comes sooner after a sound was announced by it. */
const QUIET_MS = 4_000

let context: AudioContext | null = null

/** Returns what ends it. */
export function soundArrivals(): () => void {
  let soundedMs = -Infinity
  return city.subscribe((after, before) => {
    if (!after.view.sound || before.live === after.live) return
    const [worst] = worstFirst(arrived(before.live.emergencies, after.live.emergencies))
    const nowMs = performance.now()
    if (worst === undefined || nowMs - soundedMs < QUIET_MS) return
    soundedMs = nowMs
    sound(tonesOf(worst))
  })
}

/** Hz; what is severe is higher. */
export function tonesOf({ severity }: Pick<Incident, 'severity'>): readonly [number, number] {
  return severity >= 4 ? [784, 1_047] : [523, 659]
}

function sound(tones: readonly number[]): void {
  // Before somebody has done something here, a browser lets no page be heard.
  if (!navigator.userActivation.hasBeenActive) return
  context ??= new AudioContext()
  void context.resume()
  const startS = context.currentTime
  for (const [at, frequency] of tones.entries()) tone(context, frequency, startS + at * TONE_S)
}

function tone(audio: AudioContext, frequency: number, startS: number): void {
  const oscillator = new OscillatorNode(audio, { type: 'sine', frequency })
  const gain = new GainNode(audio, { gain: 0 })
  gain.gain.setValueAtTime(0, startS)
  gain.gain.linearRampToValueAtTime(VOLUME, startS + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.001, startS + FADE_S)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(startS)
  oscillator.stop(startS + FADE_S)
}
