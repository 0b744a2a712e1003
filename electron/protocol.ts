/** Serves the page's files over a scheme of our own, so that nothing runs with the powers of `file://`. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import { PAGE_HEADERS } from '../core/contract/index.js'

const SCHEME = 'guildbook-app'
export const PAGE_ORIGIN = `${SCHEME}://app`
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

/** Must be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }
  ])
}

/** @param folder where the built page is */
export function servePage(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const file = request.method === 'GET' ? pageFile(folder, request.url) : null
    const type = file === null ? undefined : TYPES[path.extname(file)]
    if (file === null || type === undefined) return notFound()
    try {
      const body = await readFile(file)
      return new Response(new Uint8Array(body), { headers: { ...PAGE_HEADERS, 'Content-Type': type } })
    } catch {
      return notFound()
    }
  })
}

/** The file below `folder` that an address names, or null if it names none, or one outside. */
function pageFile(folder: string, address: string): string | null {
  const url = new URL(address)
  if (url.host !== 'app') return null
  const file = path.join(folder, decodeSafely(url.pathname))
  return file.startsWith(folder + path.sep) ? file : null
}

function decodeSafely(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return ''
  }
}

const notFound = (): Response => new Response('Not found', { status: 404, headers: PAGE_HEADERS })
