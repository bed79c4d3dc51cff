/**
 * What an app may ask and what it is told, as fields of a form.
 */
import { type App, CLAIM_SETS, SIGNING_ALGORITHMS } from '../../accounts/apps.ts'
import type { Language } from '../language.ts'

type Policy = Pick<App, 'hasSessions' | 'claims' | 'introspectionSignedResponseAlg'>

/** @param app `null`: a new one */
export function Policy({ app, language }: { readonly app: Policy | null; readonly language: Language }) {
  const { apps: words } = language.messages.people
  return (
    <>
      <label>
        <input type="checkbox" name="sessions" value="1" checked={app?.hasSessions ?? false} /> {words.sessions}
      </label>
      <fieldset>
        <legend>{words.claims}</legend>
        {CLAIM_SETS.map((set) => (
          <label>
            <input type="checkbox" name={`claims_${set}`} value="1" checked={app?.claims.includes(set) ?? false} />{' '}
            <code>{set}</code>
          </label>
        ))}
      </fieldset>
      <label>
        {words.alg}
        <select name="alg">
          {SIGNING_ALGORITHMS.map((algorithm) => (
            <option value={algorithm} selected={algorithm === app?.introspectionSignedResponseAlg}>
              {algorithm}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
