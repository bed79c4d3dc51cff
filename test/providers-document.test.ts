/**
 * The tables that are made of what the tests have shown: features of providers, and misconfigurations that the diagnosis names.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { featureTable, misconfigurationTable, PLACES, withText } from '../dev/providers-document.ts'
import { FEATURES, type Named, type Proof, proves } from './support/proofs.ts'

const proofs = (...of: Parameters<typeof proves>): readonly Proof[] => proves(...of).meta.proofs
const rowOf = (provider: string, found: readonly Proof[]) =>
  featureTable(found)
    .split('\n')
    .find((line) => line.startsWith(`| ${provider} |`))

describe('a feature', () => {
  it('is real as soon as one test was with the provider itself', () => {
    const found = [...proofs('emulated', 'keycloak', 'sign-in', 'names'), ...proofs('real', 'keycloak', 'sign-in')]
    expect(rowOf('Keycloak', found)).toMatch(/^\| Keycloak \| real \| emulated \| not tested \|/)
  })

  it('of another provider does not count', () => {
    expect(rowOf('Dex', proofs('real', 'keycloak', 'sign-in'))).toMatch(/^\| Dex \| not tested \|/)
  })

  it('that a provider does not have is said to be none', () => {
    expect(rowOf('Google Workspace', [])).toContain('| provider has none | provider has none | provider has none |')
  })

  it('that a provider does not have cannot be proved', () => {
    expect(() => featureTable(proofs('emulated', 'dex', 'RP logout'))).toThrow('RP logout of dex is said not to exist')
  })
})

describe.each(Object.entries(PLACES))('the document of the %s', (_, place) => {
  const document = readFileSync(place.path, 'utf8')

  it('takes the table, and keeps everything else', () => {
    const once = withText(document, place, 'TABLE\n')
    expect(once).toContain('\nTABLE\n')
    expect(withText(once, place, 'OTHER\n')).toBe(withText(document, place, 'OTHER\n'))
    expect(once.split('TABLE\n').map((part) => document.includes(part))).toEqual([true, true])
  })

  it('without a place for the table is refused', () => {
    expect(() => withText('# Something else', place, '')).toThrow('the document has no place')
  })
})

describe('the table of features', () => {
  it('has a column for each feature', () => {
    const [head = ''] = featureTable([]).split('\n')
    expect(head.split(' | ').slice(1)).toHaveLength(FEATURES.length)
  })
})

describe('the table of misconfigurations', () => {
  const named: Named = {
    how: 'real',
    provider: 'dex',
    what: 'a',
    check: 'Issuer',
    fix: 'Set x | y to http://127.0.0.1:4711/dex.',
  }

  it('has one line for each, those of real providers first', () => {
    const rows = misconfigurationTable([{ ...named, how: 'emulated', provider: 'keycloak', what: 'b' }, named]).split(
      '\n',
    )
    expect(rows.slice(2)).toEqual([
      '| a | Dex (real) | Issuer | Set x \\| y to http://127.0.0.1:8080/dex. |',
      '| b | Keycloak (emulated) | Issuer | Set x \\| y to http://127.0.0.1:8080/dex. |',
      '',
    ])
  })
})
