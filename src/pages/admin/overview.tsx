/**
 * The first page of administration: the way to the others, and who is an administrator.
 */
import type { SyncState } from '../../accounts/sync.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { ChangeButton, type FormTarget, type Link, Navigation, timeText } from '../parts.tsx'

export interface OverviewView {
  readonly links: readonly Link[]
  /** As the settings name them. */
  readonly entries: readonly string[]
  /** The names of those settings. */
  readonly settings: string
  /** Of each provider whose accounts are synced. */
  readonly syncs: readonly SyncView[]
  readonly change: FormTarget
}

export interface SyncView {
  readonly providerId: string
  readonly name: string
  /** `null`: it has not run yet. */
  readonly state: SyncState | null
}

export function overviewPage(language: Language, view: OverviewView): Page {
  const { links, entries, settings, syncs, change } = view
  const { admin } = language.messages.people
  return layout(
    language,
    admin.title,
    <>
      <Navigation links={links} label={admin.title} />
      <h1>{admin.title}</h1>
      <h2>{admin.administrators}</h2>
      <p>{admin.administratorsHint(settings)}</p>
      <ul class="rows">
        {entries.map((entry) => (
          <li>
            <code>{entry}</code>
          </li>
        ))}
      </ul>
      {syncs.map((sync) => (
        <Sync sync={sync} change={change} language={language} />
      ))}
    </>,
    'wide',
  )
}

interface SyncProps {
  readonly sync: SyncView
  readonly change: OverviewView['change']
  readonly language: Language
}

function Sync({ sync: { providerId, name, state }, change, language }: SyncProps) {
  const { sync } = language.messages.people
  return (
    <section>
      <h2>{`${sync.title}: ${name}`}</h2>
      {state === null ? (
        <p>{sync.never}</p>
      ) : (
        <p>
          {sync.ran(timeText(state.ranAt, language), state.lookedAt)}
          {state.completedAt === null ? null : ` ${sync.completed(timeText(state.completedAt, language))}`}
        </p>
      )}
      {state?.failure ? <p class="bad">{sync.failed(state.failure)}</p> : null}
      {state === null || state.stoppedAt === null ? null : (
        <>
          <p class="bad">{sync.stopped(state.toDisable, state.lookedAt)}</p>
          <ChangeButton {...change} fields={{ do: SYNC_GO_ON, provider: providerId }} label={sync.goOn} />
        </>
      )}
    </section>
  )
}

/** What the form of a sync that has stopped says in its field `do`. */
export const SYNC_GO_ON = 'sync_go_on'
