/**
 * `npm run token -- NAME`: prints an access token of a person or service of the embedded provider, and nothing else.
 */
import { Complaint, runCommand } from './complaint.ts'
import { currentPorts, devSettings, ROOT, readDevVars } from './settings.ts'
import { accessTokenOf } from './sign-in.ts'

await runCommand(async () => {
  const [name, ...rest] = process.argv.slice(2)
  if (name === undefined || rest.length > 0)
    throw new Complaint('Usage: npm run -s token -- NAME   (for example: alice)')
  const settings = devSettings(await currentPorts(ROOT, process.env), await readDevVars(ROOT))
  if (!settings.hasEmbeddedProvider) {
    throw new Complaint(
      '.dev.vars names a provider of yours (OIDC_OP_URL), so there is no embedded provider to ask for a token.',
    )
  }
  const { issuer, relyingParty } = settings
  console.log(await accessTokenOf(name, { issuer, ...relyingParty }))
})
