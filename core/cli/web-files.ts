/** The files of the built page: read once at start, so that no request can name a path outside of them. */
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { done, refuse } from '../contract/index.js'
import type { Outcome } from '../contract/index.js'

export interface WebFile {
  readonly type: string
  readonly body: Buffer
  /** Built files carry the fingerprint of what they hold in their names, and never change. */
  readonly caching: 'no-store' | 'public, max-age=31536000, immutable'
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2'
}

/** Every file of the page by its address, `/assets/index-8f3a.js`; `/` is `index.html`. */
export async function readWebFiles(folder: string): Promise<Outcome<ReadonlyMap<string, WebFile>>> {
  try {
    const files = new Map<string, WebFile>()
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const type = TYPES[path.extname(entry.name)]
      if (!entry.isFile() || type === undefined) continue
      // Node 18 calls the folder of an entry `path`, later ones `parentPath`.
      const file = path.join(entry.parentPath ?? (entry as { path: string }).path, entry.name)
      const address = `/${path.relative(folder, file).split(path.sep).join('/')}`
      const caching = address.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store'
      files.set(address, { type, body: await readFile(file), caching })
    }
    const index = files.get('/index.html')
    if (!index) return refuse('STORAGE_FAILED', `There is no page in ${folder}. Build it with "npm run build".`)
    return done(files.set('/', index))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return refuse('STORAGE_FAILED', `The page in ${folder} cannot be read: ${reason}`, { folder })
  }
}
