/**
 * Leads a visitor who is not signed in from the start page to the home of the organisation, if their browser can reach it.
 */

import { raw } from 'hono/html'

/**
 * Only the browser knows what it can reach: the address may be inside a network. Its answer cannot be read and need not be. The script
 * is allowed by its hash and on the start page alone, and may ask for this one address; a redirect to another host is not followed.
 */
const PROBE =
  "const{home}=document.currentScript.dataset;window.fetch(home,{method:'HEAD',mode:'no-cors',cache:'no-store',signal:AbortSignal.timeout(2000)}).then(()=>location.replace(home),()=>{})"
export const PROBE_SOURCE = "'sha256-6q1+Cu9fvGKs6FErC3ULWXvyXXWgzbdFMptffiJu5Sk='"

export function ExternalHome({ url }: { url: string }) {
  return <script data-home={url}>{raw(PROBE)}</script>
}
