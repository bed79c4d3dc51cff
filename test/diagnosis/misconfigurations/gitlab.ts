/**
 * What operators get wrong with GitLab, and how it refuses.
 *
 * @see docs/providers/gitlab.md for where each word is from
 */
import { DOCUMENTS, GITLAB_DOMAIN } from '../../support/emulations/fixtures.ts'
import { refusal, rsa } from '../../support/emulations/refusals.ts'
import { page, sentBack, type Words } from '../../support/emulations/refusing.ts'
import type { Mistake } from './mistake.ts'

const CLIENT_FAILED =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.'
const errorPage = (sentence: string) => page(400, `<h1>An error has occurred</h1><p>${sentence}</p>`)

export const gitlab: Words = {
  document: DOCUMENTS.gitlab,
  settings: { OIDC_OP_TYPE: 'gitlab', OIDC_OP_DOMAIN: GITLAB_DOMAIN },
  keys: [{ ...rsa('one'), alg: 'RS256' }],
  authorization: {
    unknownClient: () => errorPage(CLIENT_FAILED),
    unregisteredRedirect: () => errorPage('The redirect URI included is not valid.'),
    foreignScope: (asked) =>
      sentBack(asked, {
        error: 'invalid_scope',
        error_description: 'The requested scope is invalid, unknown, or malformed.',
      }),
    nobodyThere: {
      error: 'login_required',
      error_description: 'The authorization server requires end-user authentication',
    },
  },
  token: {
    unknownClient: () => refusal(401, 'invalid_client', CLIENT_FAILED),
    wrongSecret: () => refusal(401, 'invalid_client', CLIENT_FAILED),
    unknownCode: () =>
      refusal(
        400,
        'invalid_grant',
        'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
      ),
  },
}

export const gitlabMistakes: readonly Mistake[] = [
  {
    what: 'host of no GitLab, but a web page',
    settings: { OIDC_OP_DOMAIN: 'www.example.org' },
    change: ({ farEnd }) =>
      farEnd.on('https://www.example.org/.well-known/openid-configuration', () => page(404, '<h1>Not found</h1>')),
    check: 'discovery',
    fix: /OIDC_OP_DOMAIN/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Renew secret.*OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'application id of another GitLab',
    settings: { OIDC_RP_CLIENT_ID: 'gatehose' },
    check: 'client-id',
    fix: /Application ID into OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Edit → Redirect URI/,
  },
  {
    what: 'scopes not ticked on the application',
    registered: { scopes: ['openid'] },
    check: 'scopes',
    fix: /tick openid, profile and email/,
  },
]
