/**
 * The page of the diagnosis: what was looked at, what was seen, and what to do; the rows themselves are English for everybody.
 */
import type { Check } from '../diagnosis/check.ts'
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'
import { type Link, Navigation } from './parts.tsx'

export interface DiagnosisView {
  readonly links: readonly Link[]
  readonly checks: readonly Check[]
  /** What people call each provider, by its id. */
  readonly names: ReadonlyMap<string, string>
  /** RFC 3339. */
  readonly lookedAt: string
  /** Where to look again. */
  readonly path: string
}

export function diagnosisPage(language: Language, { links, checks, names, lookedAt, path }: DiagnosisView): Page {
  const { messages } = language
  const { diagnosis, people } = messages
  const failed = checks.filter(({ result }) => result === 'fail')
  const others = checks.filter(({ result }) => result !== 'fail')
  const groups = [null, ...names.keys()].map((id) => ({ id, rows: others.filter(({ provider }) => provider === id) }))
  const nameOf = (id: string | null) => (id === null ? 'Gatehouse' : `${names.get(id) ?? id} (${id})`)
  return layout(
    language,
    diagnosis.title,
    <>
      <Navigation links={links} label={people.admin.title} />
      <h1>{failed.length === 0 ? diagnosis.wellTitle : diagnosis.failedTitle(failed.length)}</h1>
      <p>{diagnosis.lookedAt(lookedAt.slice(0, 19).replace('T', ' '))}</p>
      {failed.length === 0 ? null : (
        <ul class="checks" lang="en">
          {failed.map((check) => (
            <Row check={check} language={language} whose={nameOf(check.provider)} />
          ))}
        </ul>
      )}
      {groups.map(({ id, rows }) =>
        rows.length === 0 ? null : (
          <section>
            <h2>{nameOf(id)}</h2>
            <ul class="checks" lang="en">
              {rows.map((check) => (
                <Row check={check} language={language} />
              ))}
            </ul>
          </section>
        ),
      )}
      <a class="action" href={path}>
        {diagnosis.again}
      </a>
    </>,
    'wide',
  )
}

interface RowView {
  readonly check: Check
  readonly language: Language
  /** Where the row does not stand among others of the same. */
  readonly whose?: string
}

function Row({ check, language, whose }: RowView) {
  const { diagnosis } = language.messages
  const { title, result, seen, fix, copy } = check
  return (
    <li class={`check ${result.replace(' ', '-')}`}>
      <p class="verdict">
        <strong lang={language.tag}>{diagnosis.results[result]}</strong>{' '}
        {whose === undefined ? title : `${title} · ${whose}`}
      </p>
      <p class="seen">{seen}</p>
      {fix === '' ? null : (
        <p class="fix">
          <strong lang={language.tag}>{diagnosis.fix}</strong> {fix}
        </p>
      )}
      {copy.length === 0 ? null : (
        <dl>
          {copy.map(({ label, value, where }) => (
            <>
              <dt>{where === undefined ? label : `${label}: ${where}`}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </>
          ))}
        </dl>
      )}
    </li>
  )
}

/** @param entry how the person who is signed in would be named in the settings */
export function notAdministratorPage(language: Language, entry: string, homePath: string): Page {
  const { diagnosis, toStart } = language.messages
  return layout(
    language,
    diagnosis.notAdministratorTitle,
    <>
      <h1>{diagnosis.notAdministratorTitle}</h1>
      <p>{diagnosis.notAdministratorText}</p>
      <p class="copy">
        <code>{entry}</code>
      </p>
      <a class="action" href={homePath}>
        {toStart}
      </a>
    </>,
  )
}
