/**
 * `npm run token -- NAME`: prints an access token of a person or service of the embedded provider, and nothing else.
 */
import { Complaint, runCommand } from './complaint.ts'
import { readWords } from './options.ts'
import { SERVICE_ROLES } from './provider/clients.ts'
import { PEOPLE } from './provider/people.ts'
import { currentPorts, devSettings, ROOT, readDevVars } from './settings.ts'
import { accessTokenOf } from './sign-in.ts'

const NAMES = [...PEOPLE.map(({ username }) => username), ...SERVICE_ROLES.keys()]
const USAGE = `Usage: npm run -s token -- NAME   (for example: alice)

Prints an access token of the embedded provider, for which npm run dev must be running. There are: ${NAMES.join(', ')}.`

await runCommand(async () => {
  const [name, ...rest] = readWords(USAGE)
  if (name === undefined || rest.length > 0) throw new Complaint(USAGE)
  const settings = devSettings(await currentPorts(ROOT, process.env), await readDevVars(ROOT))
  if (!settings.hasEmbeddedProvider) {
    throw new Complaint(
      '.dev.vars names a provider of yours (OIDC_OP_URL), so there is no embedded provider to ask for a token.',
    )
  }
  const { issuer, relyingParty } = settings
  console.log(await accessTokenOf(name, { issuer, ...relyingParty }))
})
