/**
 * `npm run app:create`: registers an app and shows its credential, once.
 */
import type { Credential } from '../src/accounts/app-registry.ts'
import { claimSetsIn, createApp, publicKeysIn, signingAlgorithmIn } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { readOptions } from './options.ts'
import { ROOT, readIfPresent } from './settings.ts'

const USAGE = `Usage: npm run app:create -- --name NAME [--audience AUDIENCE]... [--client CLIENT_ID]... [--sessions] [--claims LIST]
       [--signed-response-alg ALG] [--jwks FILE] [--remote]

Makes the credential with which an app asks whether tokens are good, and shows it once.

  --name NAME           how the app is called; no two have the same name
  --audience AUDIENCE   the app may ask about tokens that are meant for this audience
  --client CLIENT_ID    the app may ask about tokens that this client got; without both, about those meant for Gatehouse
  --sessions            the app may ask about session tokens of Gatehouse
  --claims LIST         what the app is told of a person: email, profile, groups, tenant, or several with commas; without it, only whose
                        token it is
  --signed-response-alg ALG
                        how answers are signed when the app asks for signed ones (RFC 9701): RS256, which is usual, or ES256
  --jwks FILE           the public keys of an app that signs assertions (private_key_jwt), as a JWK set; it gets no secret
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const { name, audience, client, sessions, claims, remote, ...rest } = readOptions(
    {
      name: { type: 'string' },
      audience: { type: 'string', multiple: true, default: [] },
      client: { type: 'string', multiple: true, default: [] },
      sessions: { type: 'boolean', default: false },
      claims: { type: 'string', default: 'none' },
      'signed-response-alg': { type: 'string', default: 'RS256' },
      jwks: { type: 'string' },
      remote: { type: 'boolean', default: false },
    },
    USAGE,
  )
  if (name === undefined) throw new Complaint(USAGE)
  const app = {
    name,
    audiences: audience,
    clients: client,
    hasSessions: sessions,
    claims: claimSetsIn(claims),
    signedResponseAlg: signingAlgorithmIn(rest['signed-response-alg']),
    jwks: rest.jwks === undefined ? null : publicKeysIn(await contentOf(rest.jwks)),
  }
  const credential = await createApp({ root: ROOT, remote }, app)
  console.log(`App "${name}" may now ask whether tokens are good${remote ? '' : ' (in the local database; --remote for the deployed one)'}.

  client id  ${credential.clientId}
${app.jwks === null ? secretOf(credential) : '\nIt signs its requests with its own key (private_key_jwt), and has no secret.'}`)
})

function secretOf({ secret }: Credential): string {
  return `  secret     ${secret}\n\nThe secret is stored as a hash only and cannot be shown again.`
}

async function contentOf(file: string): Promise<string> {
  const content = await readIfPresent(file)
  if (content === undefined) throw new Complaint(`There is no file ${file}.`)
  return content
}
