/**
 * The embedded provider as a program of its own, so that it can be stopped while the Worker goes on; settings come from the environment.
 */
import { Complaint, runCommand } from '../complaint.ts'
import { readPort } from '../ports.ts'
import { startProvider } from './provider.ts'

await runCommand(async () => {
  const port = readPort('IDP_PORT', process.env)
  const relyingParty = {
    clientId: required('OIDC_RP_CLIENT_ID'),
    clientSecret: required('OIDC_RP_CLIENT_SECRET'),
    baseUrl: required('BASE_URL'),
  }
  await startProvider({ port, relyingParty }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Complaint(`Port ${port} is already in use (IDP_PORT).`) : error
  })
})

function required(name: string): string {
  const value = process.env[name]
  if (value) return value
  throw new Complaint(`${name} is not set. The embedded provider is usually started by: npm run dev`)
}
