/**
 * Where the providers' programs are kept between runs: outside the checkout, made once, whole or not at all.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatehouse', 'providers')

/**
 * The folder of this name, made by `make` if it is not there yet.
 *
 * @param make fills an empty folder; when it throws, nothing is kept
 */
export async function cachedFolder(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(ROOT, name)
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const draft = await mkdtemp(`${folder}.draft-`)
  console.log(`Downloading and building ${name}: once on this machine, and it can take some minutes …`)
  try {
    await make(draft)
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another run may have been quicker; what it made is as good.
    if (!existsSync(folder)) throw error
  }
  return folder
}
