/**
 * One app, for administrators, with what can be changed of it. A secret is shown once, when it is made.
 */
import type { AppRecord, Credential } from '../../accounts/app-registry.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { ChangeButton, type FormTarget, type Link, Navigation, PostForm } from '../parts.tsx'
import { Policy } from './app-policy.tsx'

/** What can be done, as the field `do` of the forms says it. */
export const APP_ACTIONS = ['change', 'rotate_secret', 'end_former_secret', 'disable', 'enable', 'test'] as const

export interface AppView {
  readonly links: readonly Link[]
  readonly app: AppRecord
  readonly change: FormTarget
  /** A credential that was just made, which this page alone shows; `null`: none was. */
  readonly credential: Credential | null
  /** What the app would be told of a token that was just tested, as JSON, and why not more; `null`: none was. */
  readonly tested: { readonly answer: string; readonly reason: string | null } | null
}

export function appPage(language: Language, view: AppView): Page {
  const { apps: words, admin, users } = language.messages.people
  const { links, app, credential } = view
  return layout(
    language,
    app.name,
    <>
      <Navigation links={links} label={admin.title} />
      <h1>
        {app.name}
        {app.disabledAt === null ? null : <span class="mark bad">{users.disabled}</span>}
      </h1>
      {credential === null ? null : <NewSecret credential={credential} language={language} />}
      <dl class="data">
        <div>
          <dt>{words.clientId}</dt>
          <dd>
            <code>{app.clientId}</code>
          </dd>
        </div>
        <Names title="Audiences" names={app.audiences} />
        <Names title="Clients" names={app.clients} />
      </dl>
      <PolicyForm view={view} language={language} />
      <Secrets view={view} language={language} />
      <Test view={view} language={language} />
    </>,
    'wide',
  )
}

/** The terms of OAuth, in every language. */
function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <code>{names.join(' ')}</code>
      </dd>
    </div>
  )
}

function fieldsOf({ clientId }: AppRecord, what: (typeof APP_ACTIONS)[number]) {
  return { id: clientId, do: what }
}

interface PartView {
  readonly view: AppView
  readonly language: Language
}

function NewSecret({ credential, language }: { readonly credential: Credential; readonly language: Language }) {
  const { apps: words } = language.messages.people
  return (
    <section role="status">
      <h2>{words.secret}</h2>
      <p>
        <code>{credential.secret}</code>
      </p>
      <p>{words.secretHint}</p>
    </section>
  )
}

function PolicyForm({ view: { app, change }, language }: PartView) {
  const { apps: words } = language.messages.people
  return (
    <PostForm class="fields" {...change} fields={fieldsOf(app, 'change')}>
      <Policy app={app} language={language} />
      <button class="small" type="submit">
        {words.save}
      </button>
    </PostForm>
  )
}

function Secrets({ view: { app, change }, language }: PartView) {
  const { apps: words } = language.messages.people
  const doing = (what: (typeof APP_ACTIONS)[number]) => ({ ...change, fields: fieldsOf(app, what) })
  const isDisabled = app.disabledAt !== null
  return (
    <>
      <div class="option">
        <p>{app.hasSecret ? words.rotateHint : words.keys}</p>
        {app.hasSecret ? <ChangeButton {...doing('rotate_secret')} label={words.rotate} /> : null}
      </div>
      {app.hasFormerSecret ? (
        <div class="option">
          <p>{words.former}</p>
          <ChangeButton {...doing('end_former_secret')} label={words.endFormer} />
        </div>
      ) : null}
      <div class="option">
        <p>{words.disableHint}</p>
        {isDisabled ? (
          <ChangeButton {...doing('enable')} label={words.enable} />
        ) : (
          <ChangeButton {...doing('disable')} label={words.disable} />
        )}
      </div>
    </>
  )
}

function Test({ view: { app, change, tested }, language }: PartView) {
  const { apps: words } = language.messages.people
  return (
    <section>
      <h2>{words.test}</h2>
      <p>{words.testHint}</p>
      <PostForm class="fields" {...change} fields={fieldsOf(app, 'test')}>
        <label>
          {words.token}
          <textarea name="token" rows={3} required spellcheck={false} />
        </label>
        <button class="small" type="submit">
          {words.ask}
        </button>
      </PostForm>
      {tested === null ? null : (
        <div role="status">
          <pre>{tested.answer}</pre>
          {tested.reason === null ? null : (
            <p>
              {words.reason} <span lang="en">{tested.reason}</span>
            </p>
          )}
        </div>
      )}
    </section>
  )
}
