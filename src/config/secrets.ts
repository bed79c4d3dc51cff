/**
 * The secrets of the settings, each in the forms in which it leaves Gatehouse; so that they can be taken out of what others write.
 */
import { basicCredentials } from '../secrets.ts'
import { opentalkSettings } from './dialects/opentalk/settings.ts'
import type { Config, ProviderConfig } from './model.ts'
import { settings } from './names.ts'
import { ownSettings } from './schema/gatehouse.ts'
import { providerSettings } from './schema/provider.ts'

/** The names of all settings that are secrets; those in tables have others. */
export function secretSettings(): readonly string[] {
  return Object.entries(settings).flatMap(([key, { secret, name }]) => (secret ? [name ?? key] : []))
}

/** Whether a variable is a secret. One of several providers, or of OpenTalk, has a name of another form. */
export function isSecretName(name: string): boolean {
  return secretSettings().includes(name) || /^OIDC_PROVIDERS_|client_secret$/i.test(name)
}

/** All secrets, of every provider and of Gatehouse itself. */
function secretsOf(config: Config): readonly string[] {
  const ofOpenTalk = config.opentalk === null ? [] : marked(opentalkSettings, config.opentalk.settings)
  return [...marked(ownSettings, config), ...ofOpenTalk, ...config.providers.flatMap(secretsOfProvider)]
}

/** A shorter secret may be an ordinary word, which would then be missing from our own sentences. */
const NO_WORD_MIN_CHARACTERS = 12

/** The secrets that may be taken out of any text, including our own. From what a provider writes, all are taken out. */
export function unmistakableSecretsOf(config: Config): readonly string[] {
  return secretsOf(config).filter((secret) => secret.length >= NO_WORD_MIN_CHARACTERS)
}

/** The secrets that a provider may have been shown, or might be. */
export function secretsOfProvider(config: ProviderConfig): readonly string[] {
  const { clientId: id, introspectionClientId: asker = id, userSearch, accountSync } = config
  const pairs = [
    [id, config.clientSecret],
    [asker, config.introspectionClientSecret],
    [userSearch?.clientId ?? '', userSearch?.clientSecret],
    [accountSync?.clientId ?? '', accountSync?.clientSecret],
  ] as const
  const inHeaders = pairs.flatMap(([clientId, secret]) =>
    secret === undefined || secret === '' ? [] : [secret, ...basicCredentials(clientId, secret)],
  )
  return [...marked(providerSettings, config), ...inHeaders]
}

/** The values of those settings of a table that are marked as secret. */
function marked(table: Readonly<Record<string, { readonly secret: boolean }>>, values: object): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => (table[name]?.secret ? textsIn(value) : []))
}

/** The members of a key that no public key has; only these are secret. @see RFC 7518 section 6 */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? (PRIVATE_MEMBERS.includes(name) ? [member] : []) : textsIn(member),
  )
}
