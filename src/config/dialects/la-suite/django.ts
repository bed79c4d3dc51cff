/**
 * The settings that La Suite has from Django: under which hosts it is reached, whose forms it takes, and what it seals with.
 */

import { optional } from '../../schema/setting.ts'
import { secret } from '../../values/kinds.ts'
import { hostPatterns, originPatterns } from '../../values/lists.ts'
import { isLoopback } from '../../values/urls.ts'

export const djangoSettings = {
  formerSealingSecret: optional(secret, {
    name: 'DJANGO_SECRET_KEY',
    secret: true,
    example: 'the output of: openssl rand -base64 32',
    meaning: 'Stands in for GATEHOUSE_SECRET when that is unset. Beside it, it only opens what it has sealed before.',
  }),
  allowedHosts: optional(hostPatterns, {
    name: 'DJANGO_ALLOWED_HOSTS',
    default: [],
    example: 'meet.example.org, .example.org',
    meaning:
      'The hosts that Gatehouse answers under, beside that of BASE_URL; others are refused. A dot in front stands for the hosts below, `*` for any. Unset: any. While BASE_URL is unset, the first host is taken for it, with https.',
  }),
  trustedFormOrigins: optional(originPatterns, {
    name: 'DJANGO_CSRF_TRUSTED_ORIGINS',
    default: [],
    example: 'https://app.example.org, https://*.example.org',
    meaning: 'Origins whose pages may send our forms, such as the one that signs out, beside our own.',
  }),
} as const

/** What La Suite builds its addresses from, when nothing says BASE_URL: the first host that is a host of the network. */
export function baseUrlOf(allowedHosts: readonly string[]): string | undefined {
  const host = allowedHosts.find((pattern) => /^[\w-]+(\.[\w-]+)+$/.test(pattern) && !isLoopback(pattern))
  return host === undefined ? undefined : `https://${host.toLowerCase()}`
}
