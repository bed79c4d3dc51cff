/**
 * Loaded into each program that `processes.ts` starts: ends it, with all of its process group, when its parent is gone, even by SIGKILL.
 */

const LOOK_EVERY_MS = 500

const firstParentId = process.ppid
// An orphan gets another parent. A channel to the parent would tell sooner, but wrangler closes that itself when it ends.
setInterval(() => {
  if (process.ppid !== firstParentId) process.kill(0, 'SIGKILL')
}, LOOK_EVERY_MS).unref()
