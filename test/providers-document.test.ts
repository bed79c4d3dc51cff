/**
 * The table of docs/providers/README.md: what the tests have proved of each provider, and what a provider does not have.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { featureTable, withTable } from '../dev/providers-document.ts'
import { FEATURES, type Proof, proves } from './support/proofs.ts'

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

describe('docs/providers/README.md', () => {
  const document = readFileSync('docs/providers/README.md', 'utf8')

  it('takes the table, and keeps everything else', () => {
    const once = withTable(document, 'TABLE\n')
    expect(once).toContain('\nTABLE\n')
    expect(withTable(once, 'OTHER\n')).toBe(withTable(document, 'OTHER\n'))
    expect(once.split('TABLE\n').map((part) => document.includes(part))).toEqual([true, true])
  })

  it('without a place for the table is refused', () => {
    expect(() => withTable('# Something else', '')).toThrow('no place for the table')
  })

  it('has a column for each feature', () => {
    const [head = ''] = featureTable([]).split('\n')
    expect(head.split(' | ').slice(1)).toHaveLength(FEATURES.length)
  })
})
