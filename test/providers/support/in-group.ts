/**
 * Runs the program of its arguments in its own process group, so that whatever ends the group ends the program: `dev/leash.ts` does.
 */
import { spawn } from 'node:child_process'

const [program = '', ...args] = process.argv.slice(2)
spawn(program, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1))
// The program is told as well; this one ends after it, so that its port is free when this is gone.
process.on('SIGTERM', () => {})
