/**
 * Who may use the web host: whoever has the ticket that was printed, once; from then on, the browser that came with
 * it. On a shared machine others can reach the port, but they have neither.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/*
 * A session ends with its process, and is not kept on disk for the next one. A browser sends the cookie to whoever listens
 * on the port, and an open page looks there again and again: another user of this machine who takes the port while nobody
 * serves on it would be handed a session that works again later. One that has ended is worth nothing.
 */

/** 256 bits each. */
const SECRET_BYTES = 32

export class WebTickets {
  #ticket: string | null = null
  readonly #session = randomBytes(SECRET_BYTES).toString('base64url')
  readonly #cookieName: string

  /** Cookies know no ports: the name tells the hosts of one machine apart. */
  constructor(port: number) {
    this.#cookieName = `guildbook-${port}`
  }

  /** A new ticket. The one before it is worth nothing from now on. */
  issue(): string {
    this.#ticket = randomBytes(SECRET_BYTES).toString('base64url')
    return this.#ticket
  }

  /** Takes a ticket and gives the session's cookie for it, once; null for any other. */
  redeem(ticket: string): string | null {
    if (this.#ticket === null || !equal(ticket, this.#ticket)) return null
    this.#ticket = null
    return `${this.#cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a request's `Cookie` header carries the session. */
  admits(cookieHeader: string | undefined): boolean {
    const prefix = `${this.#cookieName}=`
    return (cookieHeader ?? '')
      .split(';')
      .map((cookie) => cookie.trim())
      .some((cookie) => cookie.startsWith(prefix) && equal(cookie.slice(prefix.length), this.#session))
  }
}

/** Takes as long for any two texts: their hashes are of one length. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
