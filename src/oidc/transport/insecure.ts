/**
 * Whether plain http is allowed towards an address: on this machine only, for development; the settings enforce https elsewhere.
 */
import { isLoopback } from '../../config/values/urls.ts'

export function allowInsecure(address: string): boolean {
  return isLoopback(new URL(address).hostname)
}
