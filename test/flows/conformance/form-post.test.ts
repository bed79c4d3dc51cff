/**
 * The form-post plan of the OpenID Foundation (`oidcc-client-formpost-basic-certification-test-plan`), and an error that comes by form.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, signIn, startAttacked, whoIs } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { describeBasicPlan } from './basic-plan.ts'
import { calls, expectAnswerRefused, expectNobody, expectSignedIn } from './expectations.ts'

const settings = { OIDC_RESPONSE_MODE: 'form_post' }

describeBasicPlan('form_post basic plan', settings)

describe('an answer by form', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script: inject('workerScript'), settings })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('is what the request asks for, and no address on the way has the code', async () => {
    const browser = attacked.browser()
    const { path, answers } = await signIn(attacked, browser)
    expect(path).toEqual([attacked.at(PATHS.callback), attacked.at('/')])
    expect(answers.map(({ status }) => status)).toEqual([303, 200])
    const [authorize] = attacked.provider.journal.filter(({ path }) => path === '/authorize')
    expect(authorize?.parameters).toContain('response_mode')
  })

  it('replaces the session that the browser had, though its cookie does not come along', async () => {
    const browser = await expectSignedIn(attacked)
    await signIn(attacked, browser)
    expect(await attacked.gatehouse.query('SELECT count(*) AS n FROM sessions')).toEqual([{ n: 1 }])
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
  })

  it('oidcc-client-test-form-post-error: login_required by form is a page with a way on, and no crash', async () => {
    const page = await expectAnswerRefused(attacked, 'login-required', { status: 403, code: 'interaction_required' })
    expect(page.text).toContain(`href="${PATHS.login}"`)
  })

  it('oidcc-client-test-form-post-error: with prompt=none and max_age=0 the visitor goes on, signed out', async () => {
    attacked.provider.setFault('login-required')
    const browser = attacked.browser()
    const page = await signIn(attacked, browser, '?silent=true&max_age=0')
    expect([page.url, page.status]).toEqual([attacked.at('/'), 200])
    expect(calls(attacked)).not.toContain('/token')
    await expectNobody(attacked, browser)
  })

  it.each([
    ['state-changed', 400, 'state_unknown'],
    ['state-dropped', 400, 'state_unknown'],
    ['callback-iss-wrong', 502, 'token_invalid'],
    ['callback-iss-missing', 502, 'token_invalid'],
  ] as const)('that is not to be trusted is refused before its code is used (%s)', async (fault, status, code) => {
    await expectAnswerRefused(attacked, fault, { status, code })
  })
})
