/**
 * Notices when the installed dependencies are gone, as happens while `npm ci` runs; installs nothing.
 */
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'

/** The message for that. */
export const DEPENDENCIES_REMOVED =
  'The dependencies in node_modules were removed (npm ci does that), so everything ends. Start again with: npm run dev'

export interface Dependencies {
  /** False once part of them is missing. */
  areThere(): boolean
}

/** Watches the dependencies of the project in `root`; calls `onRemoved` once, as soon as part of them is missing. */
export function watchDependencies(root: string, onRemoved: () => void): Dependencies {
  const folder = join(root, 'node_modules')
  // npm removes both on the way; other package managers never write the first.
  const marks = ['.package-lock.json', 'wrangler'].map((name) => join(folder, name)).filter((path) => existsSync(path))
  const areThere = () => marks.every((path) => existsSync(path))
  const watcher = watch(folder, () => {
    if (areThere()) return
    watcher.close()
    onRemoved()
  })
  watcher.unref()
  return { areThere }
}
