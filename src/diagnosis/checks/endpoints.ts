/**
 * Whether the other endpoints of the provider answer: userinfo, revocation, introspection; and whether the clocks agree.
 */

import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { Examination, Usable } from '../../oidc/examination/examination.ts'
import type { Metadata } from '../../oidc/metadata/metadata.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'
import { explain } from '../explain.ts'
import { adviceOnAddress, adviceOnSilence, isPage, reasonOf, shown, UNTIL_SIGN_IN } from '../words.ts'
import { evidenceOf, said } from './client.ts'

/** The checks `endpoint-userinfo` and `endpoint-revocation`: asked without a token, an endpoint says no, and is there. */
export async function endpointFindings(
  config: ProviderConfig,
  { userinfo_endpoint, revocation_endpoint }: Metadata,
  examination: Examination,
): Promise<readonly Finding[]> {
  return Promise.all([
    userinfo_endpoint === undefined
      ? pass('endpoint-userinfo', `${whyNot(config)}; the ID token must say everything.`)
      : endpointFinding('endpoint-userinfo', userinfo_endpoint, 'userinfoEndpoint', config, examination),
    revocation_endpoint === undefined
      ? pass('endpoint-revocation', 'The provider has none; tokens end by themselves.')
      : endpointFinding('endpoint-revocation', revocation_endpoint, 'revocationEndpoint', config, examination),
  ])
}

function whyNot({ userinfoEndpoint: setting }: ProviderConfig): string {
  return setting === null ? `${nameOf('userinfoEndpoint')} is none` : 'The provider has none'
}

const BEFORE_IT = 'Look what stands before the provider there, such as a proxy with a sign-in page of its own.'

async function endpointFinding(
  id: 'endpoint-userinfo' | 'endpoint-revocation',
  url: string,
  setting: 'userinfoEndpoint' | 'revocationEndpoint',
  config: ProviderConfig,
  examination: Examination,
): Promise<Finding> {
  const fix = adviceOnAddress(config, setting)
  // An empty form, for revocation answers nothing else.
  const answer = await examination.visit(url, id === 'endpoint-revocation' ? new URLSearchParams() : undefined)
  if (answer instanceof GatehouseError) return fail(id, `${url}: ${reasonOf(answer)}.`, adviceOnSilence(answer, fix))
  const { status, contentType, location } = answer
  const seen = `${url} answers ${status} (${contentType ?? 'no content type'}) without a token.`
  // Some stumble over a request without a token, and answer one with a token.
  if (status >= 500) return cannotTell(id, seen, UNTIL_SIGN_IN)
  // Some redirect a request without a token to their sign-in page.
  if (location !== null) return cannotTell(id, `${seen} It leads to ${shown(location.href, config)}.`, 'Sign in once.')
  if (status < 400 && isPage(answer))
    return fail(id, `${seen} That is a web page for people, and no answer of such an endpoint.`, `${BEFORE_IT} ${fix}`)
  const isMissing = (status === 404 || status === 410) && evidenceOf(answer).error === undefined
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
    if (!VENDORS[config.type].introspectsForAudience) return pass('introspection', seen)
    if (isOwnTokenActive === true)
      return pass('introspection', `${seen} Of a token of its own it says that it is active.`)
    const rule = explain(config.type, 'introspection', { status: 200, text: '{"active":false}' })
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
          `Only needed for apps that ask about tokens which are no JWT: set ${nameOf('introspectionClientId')} and ${nameOf('introspectionClientSecret')}.`,
        )
      : fail(
          'introspection',
          `${endpoint}: ${reasonOf(failure)}.`,
          adviceOnSilence(
            failure,
            `Check ${nameOf('introspectionEndpoint')} if it is set, and that the provider can be reached there.`,
          ),
        )
  }
  const evidence = evidenceOf(exchange)
  const explained = explain(config.type, 'introspection', evidence)
  const seen = `${endpoint} says: ${said(evidence, config)}.${explained ? ` ${explained.cause}` : ''}`
  const fix =
    explained?.fix ??
    `Compare ${nameOf('introspectionClientId')} and ${nameOf('introspectionClientSecret')}, or else ${nameOf('clientId')} and ${nameOf('clientSecret')}, with the console of the provider.`
  return isAskedAboutTokens(config)
    ? fail('introspection', seen, fix)
    : cannotTell('introspection', `${seen} ${UNUSED}`, fix)
}

const UNUSED = 'That matters only if apps ask about tokens which are no JWT; no setting says so.'

/** Many providers let only some clients ask, and a Gatehouse that signs people in needs no such client. */
function isAskedAboutTokens(config: ProviderConfig): boolean {
  return config.introspectionClientId !== undefined || config.introspectJwt
}

/** From here on a difference is worth a word, although it does no harm yet. */
const WORTH_A_WORD_SECONDS = 5

/** The check `clock`. Answers take a moment and name whole seconds, so a second or two are no difference. */
export function clockFinding(
  { clockToleranceSeconds: tolerance }: ProviderConfig,
  aheadSeconds: number | null,
): Finding {
  if (aheadSeconds === null) return cannotTell('clock', 'The provider does not say the time (HTTP header Date).')
  const difference = Math.abs(aheadSeconds)
  const which = aheadSeconds > 0 ? 'ahead of' : 'behind'
  if (difference > tolerance) {
    return fail(
      'clock',
      `The clock of the provider is ${difference} seconds ${which} ours; ${nameOf('clockToleranceSeconds')} is ${tolerance}.`,
      'Set the clocks: NTP on the server of the provider, or on this machine. A Worker’s clock is right.',
    )
  }
  if (difference > WORTH_A_WORD_SECONDS)
    return pass('clock', `The clock of the provider is ${difference} seconds ${which} ours, which is tolerated.`)
  return pass('clock', 'To a few seconds.')
}
