/**
 * Settings of La Suite that Gatehouse has decided: they are read and judged, and anyone who wants it otherwise is told; they change nothing.
 */

import { readSettings } from '../../schema/reading.ts'
import { optional, type Setting } from '../../schema/setting.ts'
import { bool, oneOf, refused, wholeBetween } from '../../values/kinds.ts'

/** State and nonce have 256 random bits, which are so many characters of base64url. */
const RANDOM_CHARACTERS = 43

export const fixedSettings = {
  OIDC_VERIFY_SSL: optional(bool, {
    default: true,
    example: 'true',
    meaning: 'Always true: a Worker cannot leave the certificates of others unchecked.',
  }),
  OIDC_VERIFY_JWT: optional(
    refused(false, 'would accept tokens that anyone can forge; signatures are always verified'),
    {
      default: true,
      example: 'true',
      meaning: 'Always true. `false` is refused.',
    },
  ),
  OIDC_ALLOW_UNSECURED_JWT: optional(
    refused(true, 'would accept tokens that anyone can forge; `none` is never accepted'),
    {
      default: false,
      example: 'false',
      meaning: 'Always false. `true` is refused.',
    },
  ),
  OIDC_VERIFY_KID: optional(bool, {
    default: true,
    example: 'true',
    meaning:
      'Always true: the key that a token names must be the one that fits. A token that names none is tried with those that could.',
  }),
  OIDC_STATE_SIZE: optional(wholeBetween(1, 1000, 'characters'), {
    default: RANDOM_CHARACTERS,
    example: '32',
    meaning: `Always ${RANDOM_CHARACTERS}, of 256 random bits.`,
  }),
  OIDC_NONCE_SIZE: optional(wholeBetween(1, 1000, 'characters'), {
    default: RANDOM_CHARACTERS,
    example: '32',
    meaning: `Always ${RANDOM_CHARACTERS}, of 256 random bits.`,
  }),
  OIDC_PKCE_CODE_CHALLENGE_METHOD: optional(oneOf(['S256', 'plain']), {
    default: 'S256',
    example: 'S256',
    meaning: 'Always S256.',
  }),
  OIDC_REDIRECT_REQUIRE_HTTPS: optional(bool, {
    default: true,
    example: 'true',
    meaning: 'Always true: `returnTo` leads to https, and to http on this machine alone.',
  }),
} as const

type FixedName = keyof typeof fixedSettings

/** Values that are taken, but not followed. */
const UNHEEDED: readonly { name: FixedName; when: (value: unknown) => boolean; warning: string }[] = [
  {
    name: 'OIDC_VERIFY_SSL',
    when: (value) => value === false,
    warning:
      'is false and has no effect: a Worker always verifies TLS; give the provider a certificate that is publicly trusted',
  },
  {
    name: 'OIDC_VERIFY_KID',
    when: (value) => value === false,
    warning: 'is false and has no effect: a key that a token names is always looked for',
  },
  ...(['OIDC_STATE_SIZE', 'OIDC_NONCE_SIZE'] as const).map((name) => ({
    name,
    when: (value: unknown) => Number(value) > RANDOM_CHARACTERS,
    warning: `has no effect: it is always ${RANDOM_CHARACTERS} characters, of 256 random bits`,
  })),
  {
    name: 'OIDC_PKCE_CODE_CHALLENGE_METHOD',
    when: (value) => value === 'plain',
    warning: 'is plain and has no effect: S256 is always sent',
  },
  {
    name: 'OIDC_REDIRECT_REQUIRE_HTTPS',
    when: (value) => value === false,
    warning: 'is false and has no effect: people are sent to http on this machine alone',
  },
]

/** Reads the fixed settings; none of them is a value that anyone needs. */
export function readFixed(env: Readonly<Record<string, unknown>>) {
  const table: Readonly<Record<string, Setting<unknown>>> = fixedSettings
  const { values, problems } = readSettings(table, env)
  const unheeded = UNHEEDED.filter(({ name, when }) => when(values[name]))
  return { problems, warnings: unheeded.map(({ name, warning }) => `${name} ${warning}`) }
}
