/**
 * Guests: POST /api/v1.0/guest/ makes this browser one, GET says whether it is; what a guest is, is said in `sessions/guests.ts`.
 */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { isoTime } from '../../clock.ts'
import { nameOf } from '../../config/names.ts'
import { mediaTypeIn } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import {
  DISPLAY_NAME_MAX_CHARACTERS,
  displayNameIn,
  GUEST_SECONDS,
  type Guest,
  newGuest,
  openGuest,
} from '../../sessions/guests.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { giveGuest, guestTokenOf } from '../http/cookies.ts'
import { refuseOtherSites } from '../http/csrf.ts'
import { limitedForm, limitedText } from '../http/forms.ts'
import { networkOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, sessionOf } from './current-session.ts'

const FIELD = 'display_name'

const posted = v.pipe(v.string(), v.parseJson(), v.object({ [FIELD]: v.string() }))

export function guestRoutes(deps: Deps) {
  const { config, guestLimit } = deps
  const app = new Hono<RequestVariables>()
  app.use(PATHS.guest, answersAs('json'))

  app.post(PATHS.guest, async (c) => {
    refuseUnlessAllowed()
    refuseOtherSites(c, config)
    const displayName = displayNameIn(await writtenName(c)) ?? refuseName()
    if (await sessionOf(c, deps)) {
      throw new GatehouseError('access_denied', 'signed_in_already', 'someone who is signed in is no guest', {
        publicMessage: 'This browser has a session, and a guest is someone who has none',
      })
    }
    if (!(await guestLimit.isWithin(networkOf(c) ?? ''))) {
      throw new GatehouseError('rate_limited', 'too_many_guests', 'too many guests from one network in a minute')
    }
    const { guest, token } = await newGuest(displayName, deps)
    giveGuest(c, token, GUEST_SECONDS)
    c.var.log({ level: 'info', event: 'guest', detail: { guest: guest.id } })
    return c.json({ ...described(guest), token }, 201)
  })

  app.get(PATHS.guest, async (c) => {
    refuseUnlessAllowed()
    // Signing in replaces the guest, and a form that comes from the provider's site could not take its cookie away.
    const token = (await sessionOf(c, deps)) ? null : guestTokenOf(c)
    const guest = token === null ? null : await openGuest(token, deps)
    return c.json(described(guest ?? refuseSignedOut(c)))
  })

  function refuseUnlessAllowed(): void {
    if (config.allowGuests) return
    throw new GatehouseError('access_denied', 'guests_off', 'guests are not allowed', {
      publicMessage: `Guests are not allowed here (${nameOf('allowGuests')})`,
    })
  }

  function described({ id, displayName, expiresAt }: Guest) {
    return {
      id,
      display_name: displayName,
      is_guest: true,
      permissions: config.guestPermissions,
      expires_at: isoTime(expiresAt),
    }
  }

  return app
}

/** As a form or as JSON. @throws GatehouseError `invalid_request`, `payload_too_large` */
async function writtenName(c: Context): Promise<string> {
  if (mediaTypeIn(c.req.header('content-type')) !== 'application/json') {
    return (await limitedForm(c, FIELD)).get(FIELD) ?? ''
  }
  const parsed = v.safeParse(posted, await limitedText(c))
  return parsed.success ? (parsed.output[FIELD] ?? '') : refuseName()
}

function refuseName(): never {
  throw new GatehouseError('invalid_request', 'request_unreadable', 'no name to show', {
    publicMessage: `Send "${FIELD}", a name of 1 to ${DISPLAY_NAME_MAX_CHARACTERS} characters, as a form or as JSON`,
  })
}
