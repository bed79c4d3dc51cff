/**
 * Whether the other endpoints of the provider answer: userinfo, revocation, introspection; and whether the clocks agree.
 */
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { Examination, Metadata, Usable } from '../oidc/examination.ts'
import { cannotTell, type Finding, fail, pass } from './check.ts'
import { evidenceOf, said } from './client.ts'
import { explain } from './signatures.ts'
import { adviceOnAddress, reasonOf } from './words.ts'

/** The checks `endpoint-userinfo` and `endpoint-revocation`: asked without a token, an endpoint says no, and is there. */
export async function endpointFindings(
  config: ProviderConfig,
  { userinfo_endpoint, revocation_endpoint }: Metadata,
  examination: Examination,
): Promise<readonly Finding[]> {
  return Promise.all([
    userinfo_endpoint === undefined
      ? pass('endpoint-userinfo', 'The provider has none; the ID token must say everything.')
      : endpointFinding('endpoint-userinfo', userinfo_endpoint, 'OIDC_OP_USER_ENDPOINT', config, examination),
    revocation_endpoint === undefined
      ? pass('endpoint-revocation', 'The provider has none; tokens end by themselves.')
      : endpointFinding('endpoint-revocation', revocation_endpoint, 'OIDC_OP_REVOCATION_ENDPOINT', config, examination),
  ])
}

async function endpointFinding(
  id: 'endpoint-userinfo' | 'endpoint-revocation',
  url: string,
  setting: 'OIDC_OP_USER_ENDPOINT' | 'OIDC_OP_REVOCATION_ENDPOINT',
  config: ProviderConfig,
  examination: Examination,
): Promise<Finding> {
  const fix = adviceOnAddress(config, setting)
  // An empty form, for revocation answers nothing else.
  const answer = await examination.visit(url, id === 'endpoint-revocation' ? new URLSearchParams() : undefined)
  if (answer instanceof GatehouseError) return fail(id, `${url}: ${reasonOf(answer)}.`, fix)
  const { status, contentType } = answer
  const seen = `${url} answers ${status} (${contentType ?? 'no content type'}) without a token.`
  const isMissing = status === 404 || status === 410 || status >= 500 || (status < 400 && contentType === 'text/html')
  return isMissing ? fail(id, seen, fix) : pass(id, seen)
}

/** The check `introspection`, with a made-up token. */
export async function introspectionFinding(
  config: ProviderConfig,
  discovered: Usable,
  examination: Examination,
): Promise<Finding> {
  const endpoint = discovered.metadata.introspection_endpoint
  if (endpoint === undefined)
    return pass('introspection', 'The provider has none; Gatehouse checks JWT access tokens by itself.')
  const { exchange, failure, isOwnTokenActive } = await examination.introspect(discovered)
  if (failure === null) {
    const seen = `${endpoint} takes our credential, and says that a made-up token is not active.`
    if (config.OIDC_OP_TYPE !== 'keycloak') return pass('introspection', seen)
    if (isOwnTokenActive === true)
      return pass('introspection', `${seen} Of a token of its own it says that it is active.`)
    const rule = explain('keycloak', 'introspection', { status: 200, text: '{"active":false}' })
    if (isOwnTokenActive === false) {
      const both = `${seen} It says the same of a token that it has just given to this very client. ${rule?.cause ?? ''}`
      return fail('introspection', both, rule?.fix ?? '')
    }
    return cannotTell(
      'introspection',
      `${seen} Whether it says more of a good one depends on its aud. ${rule?.cause ?? ''}`,
      rule?.fix,
    )
  }
  if (exchange === null) {
    return failure.code === 'not_configured'
      ? cannotTell(
          'introspection',
          `Not asked: ${failure.message}.`,
          'Only needed for apps that ask about tokens which are no JWT: set OIDC_RS_CLIENT_ID and OIDC_RS_CLIENT_SECRET.',
        )
      : fail(
          'introspection',
          `${endpoint}: ${reasonOf(failure)}.`,
          'Check OIDC_OP_INTROSPECTION_ENDPOINT if it is set, and that the provider can be reached there.',
        )
  }
  const evidence = evidenceOf(exchange)
  const explained = explain(config.OIDC_OP_TYPE, 'introspection', evidence)
  return fail(
    'introspection',
    `${endpoint} says: ${said(evidence, config)}.${explained ? ` ${explained.cause}` : ''}`,
    explained?.fix ??
      'Compare OIDC_RS_CLIENT_ID and OIDC_RS_CLIENT_SECRET, or else those of OIDC_RP_, with the console of the provider.',
  )
}

/** From here on a difference is worth a word, although it does no harm yet. */
const WORTH_A_WORD_SECONDS = 5

/** The check `clock`. Answers take a moment and name whole seconds, so a second or two are no difference. */
export function clockFinding(
  { OIDC_CLOCK_TOLERANCE: tolerance }: ProviderConfig,
  aheadSeconds: number | null,
): Finding {
  if (aheadSeconds === null) return cannotTell('clock', 'The provider does not say the time (HTTP header Date).')
  const difference = Math.abs(aheadSeconds)
  const which = aheadSeconds > 0 ? 'ahead of' : 'behind'
  if (difference > tolerance) {
    return fail(
      'clock',
      `The clock of the provider is ${difference} seconds ${which} ours; OIDC_CLOCK_TOLERANCE is ${tolerance}.`,
      'Set the clocks: NTP on the server of the provider, or on this machine. A Worker’s clock is right.',
    )
  }
  if (difference > WORTH_A_WORD_SECONDS)
    return pass('clock', `The clock of the provider is ${difference} seconds ${which} ours, which is tolerated.`)
  return pass('clock', 'To a few seconds.')
}
