/**
 * The settings of La Suite Meet that are about something else than what Gatehouse does: known by name, accepted, and told once.
 */
import { isSet } from '../../schema/reading.ts'

export interface WithoutEffect {
  /** `*` stands for the rest of a name. */
  readonly names: readonly string[]
  /** Why nothing happens, as the end of a sentence. */
  readonly reason: string
}

export const WITHOUT_EFFECT: readonly WithoutEffect[] = [
  { names: ['OIDC_PROXY'], reason: 'a Worker cannot send through an HTTP proxy' },
  {
    names: [
      'OIDC_USERNAME_ALGO',
      'OIDC_DRF_AUTH_BACKEND',
      'OIDC_AUTHENTICATE_CLASS',
      'OIDC_CALLBACK_CLASS',
      'OIDC_OP_LOGOUT_URL_METHOD',
      'OIDC_RS_BACKEND_CLASS',
    ],
    reason: 'it names Python code, and there is none here',
  },
  {
    names: ['OIDC_USER_SUB_FIELD'],
    reason: 'it names a column of another database; here an account is known by issuer and subject',
  },
  { names: ['SESSION_ENGINE'], reason: 'sessions are kept in D1, where an ended session has ended at once' },
  {
    names: ['RESOURCE_DEFAULT_ACCESS_LEVEL', 'EXTERNAL_API_ALLOW_PUBLIC_ACCESS', 'EXTERNAL_API_DEFAULT_ACCESS_LEVEL'],
    reason: 'rooms belong to the application, which learns from Gatehouse who is signed in',
  },
  {
    names: [
      'SIGNUP_NEW_USER_TO_MARKETING_EMAIL',
      'BREVO_*',
      'DJANGO_BREVO_API_CONTACT_ATTRIBUTES',
      'MARKETING_SERVICE_CLASS',
    ],
    reason: 'no one is signed up for mailings here',
  },
  {
    names: [
      'LIVEKIT_*',
      'RECORDING_*',
      'CONNECTION_TEST_*',
      'METADATA_COLLECTOR_*',
      'PARTICIPANT_FORBIDDEN_PERMISSION_FIELDS',
      'ROOMKIT_*',
      'ROOM_*',
      'SUMMARY_*',
      'TRANSCRIPTION_*',
    ],
    reason: 'media, recording and room hardware belong to the application',
  },
  { names: ['FRONTEND_*'], reason: 'it is about the looks of the application' },
  {
    names: [
      'DB_*',
      'POSTGRES_*',
      'REDIS_*',
      'CELERY_*',
      'AWS_*',
      'MEDIA_*',
      'STORAGES_*',
      'SENTRY_*',
      'LOGGING_*',
      'PYTHONPATH',
      'DJANGO_*',
    ],
    reason: 'database, mail, storage and logging of the application are not those of Gatehouse',
  },
  {
    names: ['APPLICATION_*'],
    reason: 'this version of Gatehouse issues no application tokens',
  },
  {
    names: ['ADDONS_*'],
    reason: 'this version of Gatehouse has no sign-in for add-ons',
  },
]

/** What this version lacks, and someone has switched on: they must not believe that it works. */
const LACKING: readonly { name: string; warning: string }[] = [
  {
    name: 'APPLICATION_ENABLED',
    warning:
      'is on, and this version of Gatehouse issues no application tokens: there is no /external-api/v1.0/application/token/',
  },
  {
    name: 'ADDONS_ENABLED',
    warning: 'is on, and this version of Gatehouse has no sign-in for add-ons: there is no /api/v1.0/addons/sessions/',
  },
]

/** Whether a name is one of these. */
export function isWithoutEffect(name: string): boolean {
  return WITHOUT_EFFECT.some((entry) => isOneOf(name, entry))
}

/**
 * One sentence for each group of settings that are there.
 *
 * @param isSetting whether a name has an effect after all, though a pattern fits it
 */
export function warningsOfWithoutEffect(
  env: Readonly<Record<string, unknown>>,
  isSetting: (name: string) => boolean,
): string[] {
  const there = Object.keys(env).filter((name) => isSet(env[name]) && !isSetting(name))
  const lacking = LACKING.filter(({ name }) => /^(?:yes|true|1)$/i.test(String(env[name] ?? '').trim()))
  const warnings = lacking.map(({ name, warning }) => `${name} ${warning}`)
  const reported = new Set(lacking.map(({ name }) => name))
  for (const entry of WITHOUT_EFFECT) {
    const found = there.filter((name) => !reported.has(name) && isOneOf(name, entry))
    for (const name of found) reported.add(name)
    if (found.length > 0) {
      warnings.push(`${found.join(', ')} ${found.length === 1 ? 'has' : 'have'} no effect: ${entry.reason}`)
    }
  }
  return warnings
}

function isOneOf(name: string, { names }: WithoutEffect): boolean {
  return names.some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known))
}
