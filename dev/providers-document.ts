/**
 * The table in docs/providers/README.md, from what the last test runs have proved; `npm run docs:providers` writes it, `--check` compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { FEATURES, type Feature, PROVIDERS, type Proof, type ProviderName, readProofs } from '../test/support/proofs.ts'

const DOCUMENT = 'docs/providers/README.md'
const BEGIN = '<!-- features: written by npm run docs:providers -->\n'
const END = '<!-- /features -->'

const NAMES: Readonly<Record<ProviderName, string>> = {
  keycloak: 'Keycloak',
  authentik: 'Authentik',
  dex: 'Dex',
  auth0: 'Auth0',
  google: 'Google Workspace',
  entra: 'Microsoft Entra ID',
  proconnect: 'ProConnect',
}

/**
 * What a provider does not offer at all: its discovery document does not list it, and its documentation has no word of it.
 *
 * @see Dex 2.45.1, server/handlers.go (discovery); https://auth0.com/docs/api/authentication;
 * https://accounts.google.com/.well-known/openid-configuration; https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc;
 * https://partenaires.proconnect.gouv.fr/docs
 */
const NONE: Readonly<Partial<Record<ProviderName, readonly Feature[]>>> = {
  dex: ['RP logout', 'back-channel', 'front-channel'],
  auth0: ['introspection', 'front-channel'],
  google: ['groups', 'introspection', 'RP logout', 'back-channel', 'front-channel'],
  entra: ['introspection', 'back-channel'],
  proconnect: ['back-channel', 'front-channel'],
}

/**
 * The table.
 *
 * @throws Error when a test proves what the provider is said not to have
 */
export function featureTable(proofs: readonly Proof[]): string {
  const rows = PROVIDERS.map((provider) => [
    NAMES[provider],
    ...FEATURES.map((feature) => cell(proofs, provider, feature)),
  ])
  const lines = [['', ...FEATURES], ['---', ...FEATURES.map(() => '---')], ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function cell(proofs: readonly Proof[], provider: ProviderName, feature: Feature): string {
  const found = proofs.filter((proof) => proof.provider === provider && proof.feature === feature)
  if (NONE[provider]?.includes(feature)) {
    if (found.length > 0) throw new Error(`${feature} of ${provider} is said not to exist, and a test proves it`)
    return 'provider has none'
  }
  if (found.some(({ how }) => how === 'real')) return 'real'
  return found.length > 0 ? 'emulated' : 'not tested'
}

/** The document with this table between its marks. @throws Error when it has no marks */
export function withTable(document: string, table: string): string {
  const [before, rest] = document.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no place for the table`)
  return `${before}${BEGIN}${table}${END}${after}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const document = readFileSync(DOCUMENT, 'utf8')
  const wanted = withTable(document, featureTable(readProofs()))
  if (!process.argv.includes('--check')) writeFileSync(DOCUMENT, wanted)
  else if (wanted !== document) {
    console.error(
      `${DOCUMENT} does not say what the tests prove. After npm test and npm run test:providers: npm run docs:providers`,
    )
    process.exitCode = 1
  }
}
