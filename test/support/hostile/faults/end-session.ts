/**
 * What can be wrong with the way back after signing out.
 */
import type { Alteration } from './alter.ts'

export interface WayBack {
  readonly state: string | null
}

export const endSessionFaults = {
  'rp-init-logout-other-state': ({ state }) => ({ state: `${state}1` }),
  'rp-init-logout-no-state': () => ({ state: null }),
} satisfies Record<string, Alteration<WayBack>>
