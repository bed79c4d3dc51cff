/**
 * Claims of the provider as an Identity: the members that Gatehouse keeps of a person, each of its own type; nothing is stored here.
 */
import * as v from 'valibot'

/** What is known of a person. `null`: the provider did not say. @see OpenID Connect Core 1.0 section 5.1 */
export interface Identity {
  readonly email: string | null
  /** Three states: an absent claim is not the same as `false`. */
  readonly email_verified: boolean | null
  readonly given_name: string | null
  readonly family_name: string | null
  readonly name: string | null
  readonly preferred_username: string | null
  readonly nickname: string | null
  readonly phone_number: string | null
  readonly tenant_id: string | null
  readonly tariff_id: string | null
  readonly tariff_status: string | null
  readonly x_grp: readonly string[]
  readonly picture: string | null
  readonly locale: string | null
  readonly zoneinfo: string | null
}

const TEXT_MAX_CHARACTERS = 500
const GROUPS_MAX = 1000

/** Text, cut to a sane length; empty text and other types count as absent. */
const text = v.fallback(
  v.nullable(
    v.pipe(
      v.string(),
      v.trim(),
      v.transform((value) => value.slice(0, TEXT_MAX_CHARACTERS)),
      v.nonEmpty(),
    ),
    null,
  ),
  null,
)

const identitySchema = v.object({
  // Compared without regard to case everywhere, so kept in one spelling.
  email: v.pipe(
    text,
    v.transform((email) => email?.toLowerCase() ?? null),
  ),
  // Google and Cognito have sent the words instead of the values.
  email_verified: v.fallback(
    v.nullable(
      v.pipe(
        v.union([v.boolean(), v.picklist(['true', 'false'])]),
        v.transform((value) => value === true || value === 'true'),
      ),
      null,
    ),
    null,
  ),
  given_name: text,
  family_name: text,
  usual_name: text,
  name: text,
  preferred_username: text,
  nickname: text,
  phone_number: text,
  tenant_id: text,
  tariff_id: text,
  tariff_status: text,
  // OpenTalk takes a single text for a list of one.
  x_grp: v.fallback(
    v.pipe(
      v.union([
        v.array(v.string()),
        v.pipe(
          v.string(),
          v.transform((group) => [group]),
        ),
      ]),
      v.transform((groups) => [...new Set(groups.filter((group) => group !== ''))].slice(0, GROUPS_MAX)),
      v.readonly(),
    ),
    [],
  ),
  picture: v.pipe(
    text,
    v.transform((picture) => (picture?.startsWith('https://') && URL.canParse(picture) ? picture : null)),
  ),
  locale: text,
  zoneinfo: text,
})

/**
 * Reads what is known of a person from claims. Never fails: what cannot be read counts as not said.
 *
 * @param claims of the ID token and userinfo, already verified
 */
export function identityOf(claims: Readonly<Record<string, unknown>>): Identity {
  const known = Object.fromEntries(Object.keys(identitySchema.entries).map((name) => [name, claims[name] ?? null]))
  const { usual_name, ...identity } = v.parse(identitySchema, known)
  // ProConnect has no family_name.
  return { ...identity, family_name: identity.family_name ?? usual_name }
}
