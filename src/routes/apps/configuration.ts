/**
 * What a front end must know before anyone is signed in: GET /api/v1.0/config/, which is public and says nothing else.
 */
import { Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'

export function configurationRoutes({ config, providers }: Deps) {
  const app = new Hono<RequestVariables>()

  app.use(PATHS.configuration, answersAs('json'))
  app.get(PATHS.configuration, async (c) =>
    c.json({
      is_silent_login_enabled: config.silentSignIn && (await providers.first.signsInSilently()),
      is_guest_access_enabled: config.allowGuests,
      use_proconnect_button: config.proConnectButton,
      external_home_url: config.externalHomeUrl ?? null,
      authenticated_users_can_edit_display_name: config.canEditDisplayName,
    }),
  )
  return app
}
