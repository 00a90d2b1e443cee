import { expect, test } from 'vitest'

import { folded, pieces, placeOfWord, wordsOf } from './fold.ts'

test.each([
  ['Marienplatz', 'marienplatz'],
  ['Ludwigstraße', 'ludwigstrasse'],
  ['Žižkov ŁÓDŹ', 'zizkov lodz'],
  ['Öresundsbron', 'oresundsbron'],
  ['İstiklal', 'istiklal'],
  ['銀座', '銀座'],
])('%s is typed as %s', (text, typed) => {
  expect(folded(text)).toBe(typed)
})

test('words stand between blanks', () => {
  expect(wordsOf('  Märien \t road-7 ')).toEqual(['marien', 'road-7'])
  expect(wordsOf(' ')).toEqual([])
})

test('a word is looked for where words begin, then anywhere', () => {
  expect(placeOfWord('unterring ring', 'ring')).toBe(10)
  expect(placeOfWord('unterring', 'ring')).toBe(5)
  expect(placeOfWord('road-07', '07')).toBe(5)
  expect(placeOfWord('road', '07')).toBe(-1)
})

function marked(text: string, query: string): string {
  return pieces(text, wordsOf(query))
    .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
    .join('')
}

test.each([
  ['Große Ringstraße', 'strasse gro', '[Gro]ße Ring[straße]'],
  ['Große Ringstraße', 'strass', 'Große Ring[straß]e'],
  ['Côte d’Azur', 'cote', '[Côte] d’Azur'],
  ['Cafe\u0301 7', 'cafe', '[Cafe\u0301] 7'],
  ['road-017', '17 road', '[road]-0[17]'],
  ['Elm Street', 'oak', 'Elm Street'],
])('of %j, %j emphasises %j', (text, query, emphasised) => {
  expect(marked(text, query)).toBe(emphasised)
})
