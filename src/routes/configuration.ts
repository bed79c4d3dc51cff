/**
 * What a front end must know before anybody is signed in: GET /api/v1.0/config/, which is public and says nothing else.
 */
import { Hono } from 'hono'
import type { Deps } from '../deps.ts'
import { answersAs, type RequestVariables } from './context.ts'
import { onlyAllows } from './failures.ts'
import { eitherForm, PATHS } from './paths.ts'

export function configurationRoutes({ config, providers }: Deps) {
  const app = new Hono<RequestVariables>({ strict: false })

  app.get(eitherForm(PATHS.configuration), answersAs('json'), async (c) =>
    c.json({
      is_silent_login_enabled: config.FRONTEND_IS_SILENT_LOGIN_ENABLED && (await providers.first.signsInSilently()),
      use_proconnect_button: config.FRONTEND_USE_PROCONNECT_BUTTON,
      external_home_url: config.FRONTEND_EXTERNAL_HOME_URL ?? null,
      authenticated_users_can_edit_display_name: config.AUTHENTICATED_PARTICIPANTS_CAN_EDIT_DISPLAY_NAME,
    }),
  )
  app.all(eitherForm(PATHS.configuration), answersAs('json'), onlyAllows('GET', 'HEAD'))

  return app
}
