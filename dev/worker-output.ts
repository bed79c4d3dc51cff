/**
 * Passes on what `wrangler dev` prints, without its own chatter: warnings, errors and the Worker's console remain.
 */

/** wrangler prints this when the Worker answers; what comes before is about wrangler itself. */
const READY = /^\[wrangler:info\] Ready on /
const CHATTER = /^(\[wrangler:info\]|⎔ |🪵)/u
/** Cron triggers are known not to run by themselves here. A warning is a block that ends with two empty lines. */
const CRON_WARNING = /[^\n]*Scheduled Workers are not automatically triggered[\s\S]*?\n\n\n/g

/** Filters the two streams of one `wrangler dev`. */
export function workerOutput(print: { out(text: string): void; err(text: string): void }) {
  let isReady = false
  let held = ''
  let unfinishedLine = ''
  return {
    /** Takes a piece of standard output. */
    out(piece: string): void {
      const lines = (unfinishedLine + piece).split('\n')
      unfinishedLine = lines.pop() ?? ''
      for (const line of lines) {
        if (READY.test(line)) becomeReady()
        else if (isReady && !CHATTER.test(line)) print.out(`${line}\n`)
      }
    },
    /** Takes a piece of standard error. Until the Worker answers it is held, because a warning comes in pieces. */
    err(piece: string): void {
      if (isReady) print.err(piece)
      else held += piece
    },
    /** At the end: prints what is still held, which is the reason if the Worker never answered. */
    finish(): void {
      if (!isReady) becomeReady()
    },
  }

  function becomeReady(): void {
    isReady = true
    const rest = held.replace(CRON_WARNING, '')
    if (rest.trim() !== '') print.err(rest)
  }
}
