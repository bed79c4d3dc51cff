/**
 * The language of a page, from what the browser says it prefers.
 */
import { describe, expect, it } from 'vitest'
import { languageFor } from '../../src/pages/language.ts'

describe('the language of a page', () => {
  it.each([
    ['fr', 'fr'],
    ['de', 'de'],
    ['en', 'en'],
    ['FR', 'fr'],
    ['fr-CA', 'fr'],
    ['de-AT', 'de'],
    ['de-Latn-CH-1996', 'de'],
    ['en-GB,en;q=0.9', 'en'],
    ['fr,de', 'fr'],
    ['de,fr', 'de'],
    ['fr;q=0.5,de', 'de'],
    ['fr;q=0.5,de;q=0.7', 'de'],
    ['fr;q=0.50,de;q=0.499', 'fr'],
    ['es,it;q=0.9,de;q=0.3', 'de'],
    ['es-ES,es;q=0.9,fr-FR;q=0.8,en;q=0.7', 'fr'],
    ['fr ; q=0.2 , de ; q=0.3', 'de'],
    ['fr;Q=0.2,de;q=0.3', 'de'],
    ['de;q=1.0,fr;q=1', 'de'],
  ])('for %j is %s', (header, tag) => {
    expect(languageFor(header).tag).toBe(tag)
  })

  it.each(['fr;q=0', 'fr;q=0.0,de;q=0.000'])('is never one that the browser refuses: %j', (header) => {
    expect(languageFor(header).tag).toBe('en')
  })

  it.each(['', 'es', 'es,it;q=0.5', '*', 'x-klingon', 'french', 'd', 'enn'])(
    'is English when none of ours fits: %j',
    (header) => {
      expect(languageFor(header).tag).toBe('en')
    },
  )

  it('is English when the browser says nothing', () => {
    expect(languageFor(undefined).tag).toBe('en')
  })

  it.each([
    ',',
    ';',
    ';;;,,,',
    'q=1',
    ';q=1',
    'fr;q=',
    'fr;q=abc',
    'fr;q=NaN',
    'fr;q=Infinity',
    'fr;q=1e999',
    'fr;q=-1',
    '__proto__',
    'constructor',
    '\0',
    '<script>',
    '-',
    '-fr',
    '🚪',
    ','.repeat(100_000),
    'x'.repeat(100_000),
  ])('is English for garbage: %j', (header) => {
    expect(languageFor(header).tag).toBe('en')
  })

  it('comes with its sentences', () => {
    expect(['en', 'fr', 'de'].map((tag) => languageFor(tag).messages.signIn)).toEqual([
      'Sign in',
      'Se connecter',
      'Anmelden',
    ])
  })
})
