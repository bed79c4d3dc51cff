/**
 * The list of apps, for administrators, with a form for a new one.
 */
import type { AppRecord } from '../../accounts/app-registry.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { type FormTarget, type Link, Navigation, PostForm } from '../parts.tsx'
import { Policy } from './app-policy.tsx'

export interface AppsView {
  readonly links: readonly Link[]
  /** `null`: the administrator is one of a tenant among several, and apps are of all. */
  readonly apps: readonly AppRecord[] | null
  readonly change: FormTarget
  /** Why the form that was sent made no app; `null`: nothing was wrong. */
  readonly fault: string | null
  appPath(clientId: string): string
}

export function appsPage(language: Language, view: AppsView): Page {
  const { apps: words, admin } = language.messages.people
  const { links, apps } = view
  return layout(
    language,
    words.title,
    <>
      <Navigation links={links} label={admin.title} />
      <h1>{words.title}</h1>
      {apps === null ? <p>{words.whole}</p> : <AppList view={{ ...view, apps }} language={language} />}
    </>,
    'wide',
  )
}

interface AppListView {
  readonly view: AppsView & { readonly apps: readonly AppRecord[] }
  readonly language: Language
}

function AppList({ view: { apps, change, fault, appPath }, language }: AppListView) {
  const { apps: words, users } = language.messages.people
  return (
    <>
      <p>{words.hint}</p>
      {apps.length === 0 ? <p>{words.none}</p> : null}
      <ul class="rows">
        {apps.map(({ clientId, name, disabledAt }) => (
          <li>
            <div>
              <a href={appPath(clientId)}>
                <strong>{name}</strong>
              </a>
              {disabledAt === null ? null : <span class="mark bad">{users.disabled}</span>}
              <p>
                <code>{clientId}</code>
              </p>
            </div>
          </li>
        ))}
      </ul>
      <section>
        <h2>{words.new}</h2>
        {fault === null ? null : (
          <p class="bad" role="alert">
            {fault}
          </p>
        )}
        <PostForm class="fields" {...change} fields={{}}>
          <label>
            {words.name}
            <input name="name" required maxlength={100} />
          </label>
          <label>
            {words.audiences}
            <textarea name="audiences" rows={2} />
          </label>
          <label>
            {words.clients}
            <textarea name="clients" rows={2} />
          </label>
          <Policy app={null} language={language} />
          <button class="small" type="submit">
            {words.create}
          </button>
        </PostForm>
      </section>
    </>
  )
}
