/**
 * The tables in docs/providers/README.md and docs/diagnosis.md, from what the last test runs have shown; `npm run docs:providers` writes
 * them, `--check` compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { readShown } from '../test/support/proof-files.ts'
import { FEATURES, type Feature, type Named, PROVIDERS, type Proof, type ProviderName } from '../test/support/proofs.ts'
import { runCommand } from './complaint.ts'
import { readOptions } from './options.ts'

/** Where a table stands. */
interface Place {
  readonly path: string
  readonly begin: string
  readonly end: string
}

export const PLACES = {
  features: {
    path: 'docs/providers/README.md',
    begin: '<!-- features: written by npm run docs:providers -->\n',
    end: '<!-- /features -->',
  },
  misconfigurations: {
    path: 'docs/diagnosis.md',
    begin: '<!-- misconfigurations: written by npm run docs:providers -->\n',
    end: '<!-- /misconfigurations -->',
  },
} as const satisfies Readonly<Record<string, Place>>

const NAMES: Readonly<Record<ProviderName, string>> = {
  keycloak: 'Keycloak',
  authentik: 'Authentik',
  dex: 'Dex',
  auth0: 'Auth0',
  google: 'Google Workspace',
  entra: 'Microsoft Entra ID',
  proconnect: 'ProConnect',
  okta: 'Okta',
  cognito: 'Amazon Cognito',
  zitadel: 'Zitadel',
  gitlab: 'GitLab',
}

/**
 * What a provider does not offer at all: its discovery document does not list it, and its documentation has no word of it.
 *
 * @see Dex 2.45.1, server/handlers.go (discovery); https://auth0.com/docs/api/authentication;
 * https://accounts.google.com/.well-known/openid-configuration; https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc;
 * https://partenaires.proconnect.gouv.fr/docs; https://developer.okta.com/docs/guides/single-logout/main/;
 * https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html; https://github.com/zitadel/oidc (pkg/op/discovery.go);
 * https://docs.gitlab.com/integration/openid_connect_provider/
 */
const NONE: Readonly<Partial<Record<ProviderName, readonly Feature[]>>> = {
  dex: ['RP logout', 'back-channel', 'front-channel'],
  auth0: ['introspection', 'front-channel'],
  google: ['groups', 'introspection', 'RP logout', 'back-channel', 'front-channel'],
  entra: ['introspection', 'back-channel'],
  proconnect: ['back-channel', 'front-channel'],
  okta: ['back-channel'],
  cognito: ['introspection', 'back-channel', 'front-channel'],
  zitadel: ['front-channel'],
  gitlab: ['RP logout', 'back-channel', 'front-channel'],
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

/**
 * The misconfigurations, by provider and as they were tried; what was tried with a stand-in alone comes last. Addresses and names that
 * differ from run to run are written as what they are.
 */
export function misconfigurationTable(named: readonly Named[]): string {
  const rows = [...named]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ how, provider, what, check, fix }) => [
      what,
      `${provider === 'any' ? 'any' : NAMES[provider]} (${how})`,
      check,
      withoutChance(fix).replaceAll('|', '\\|'),
    ])
  const lines = [
    ['made wrong', 'at', 'the check that fails', 'what it says to do'],
    ['---', '---', '---', '---'],
    ...rows,
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function rank({ how, provider }: Named): number {
  const order = provider === 'any' ? PROVIDERS.length : PROVIDERS.indexOf(provider)
  return order + (how === 'real' ? 0 : PROVIDERS.length + 1)
}

function withoutChance(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8080').replace(/MISCONFIGURED-[\da-f]{8}|OTHER-PATH/g, 'main')
}

/** The document with this text between its marks. @throws Error when it has no marks */
export function withText(document: string, { begin, end }: Place, text: string): string {
  const [before, rest] = document.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the document has no place "${begin.trim()}"`)
  return `${before}${begin}${text}${end}${after}`
}

const USAGE = `Usage: npm run docs:providers -- [--check]

Writes the tables in docs/providers/README.md and docs/diagnosis.md, from what the last npm test and npm run test:providers have shown.

  --check  writes nothing; the status is 1 when a document says something else`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    const { check } = readOptions({ check: { type: 'boolean', default: false } }, USAGE)
    writeOrCheck(check)
  })
}

function writeOrCheck(isCheck: boolean): void {
  const { proofs, named } = readShown()
  const texts = [
    { place: PLACES.features, text: featureTable(proofs) },
    { place: PLACES.misconfigurations, text: misconfigurationTable(named) },
  ]
  for (const { place, text } of texts) {
    const document = readFileSync(place.path, 'utf8')
    const wanted = withText(document, place, text)
    if (!isCheck) writeFileSync(place.path, wanted)
    else if (wanted !== document) {
      console.error(
        `${place.path} does not say what the tests show. After npm test and npm run test:providers: npm run docs:providers`,
      )
      process.exitCode = 1
    }
  }
}
