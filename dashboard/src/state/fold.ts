/** Words as people type them: without capitals, and without what stands above and below letters. */

const MARKS = /\p{M}+/gu
const PLAIN = /^[ -~]*$/
/** Letters of their own, which people type as what they look like. */
const LETTERS = /[ßæœøłđðþı]/g
const TYPED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

export function folded(text: string): string {
  const lower = text.toLowerCase()
  if (PLAIN.test(lower)) return lower
  return lower
    .normalize('NFD')
    .replace(MARKS, '')
    .replace(LETTERS, (letter) => TYPED[letter] ?? letter)
}

/** What is typed, word by word. */
export function wordsOf(query: string): readonly string[] {
  return folded(query)
    .split(/\s+/)
    .filter((word) => word !== '')
}

export interface Piece {
  readonly text: string
  readonly isMatch: boolean
}

/** A text in pieces: those that have one of the words, and those between. Where words begin is looked at first. */
export function pieces(text: string, words: readonly string[]): readonly Piece[] {
  const letters = Array.from(text)
  const foldedLetters = letters.map(folded)
  // Which letter each one of the folded text was.
  const starts = foldedLetters.flatMap((letter, at) => Array.from({ length: letter.length }, () => at))
  const whole = foldedLetters.join('')
  const isMatch = letters.map(() => false)
  for (const word of words) {
    const at = placeOfWord(whole, word)
    if (at < 0) continue
    for (const letter of starts.slice(at, at + word.length)) isMatch[letter] = true
  }
  const found: { text: string; isMatch: boolean }[] = []
  letters.forEach((letter, at) => {
    const last = found.at(-1)
    const is = isMatch[at] ?? false
    // A mark that stands by itself stays with its letter.
    if (last !== undefined && (last.isMatch === is || foldedLetters[at] === '')) last.text += letter
    else found.push({ text: letter, isMatch: is })
  })
  return found
}

const WORD = /[\p{L}\p{N}]/u

/** Where a word is in a folded text, at best where one begins; -1 where it is not. */
export function placeOfWord(text: string, word: string): number {
  const first = text.indexOf(word)
  for (let at = first; at >= 0; at = text.indexOf(word, at + 1)) {
    if (beginsWord(text, at)) return at
  }
  return first
}

export function beginsWord(text: string, at: number): boolean {
  return at === 0 || !WORD.test(text.charAt(at - 1))
}
