/**
 * Books that come later: a person's devices tell each other of them when they meet in a book that both have. One that was
 * removed from this device by hand is not taken up again. A device in other hands can tell of books that nobody has: few
 * are taken up before they have shown to be this person's, the others wait.
 */
import { join } from 'node:path'
import type { NoiseStream } from 'hyperswarm'
import * as v from 'valibot'
import type { BookId, DeviceId } from '../contract/index.js'
import { Kin } from '../sync/kin.js'
import { MOST_BOOKS, type LinkedBookMessage } from '../sync/linking-wire.js'
import type { BookSession } from './book-session.js'
import { isLost, revokeInLaterBooks } from './device-revocation.js'
import type { Identity } from './identity-file.js'
import type { Library } from './library.js'
import { fileOf, handedOver, introduce } from './linked-books.js'
import { readSealed } from './sealed-files.js'
import type { Turns } from './turns.js'
import type { Vault } from './vault.js'

/** Books come seldom; that something changed is told often. */
const LOOK_MS = 500
/** Books that one device told of, and in which this person was not seen to be a member yet. */
const MOST_UNREAD = 8

export interface KinDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly identity: Identity
  readonly library: Library
  readonly turns: Turns
}

interface Met {
  readonly kin: Kin
  readonly device: DeviceId
  /** How the device is called where they met; null where it was not named, as it has the member's key. */
  readonly name: string | null
  /** Books that it told of, not looked at yet. */
  readonly told: Map<BookId, LinkedBookMessage>
}

export class KinDesk {
  readonly #met = new Set<Met>()
  /** Which device told of a book that was taken up in this run. */
  readonly #tellers = new Map<BookId, DeviceId>()
  #timer: NodeJS.Timeout | null = null
  #state: 'open' | 'closed' = 'open'

  private constructor(
    private readonly o: KinDeskOptions,
    private forgotten: readonly string[]
  ) {
    o.library.on('changed', (_book, topics) => {
      if (topics.includes('books') || topics.includes('people')) this.#lookSoon()
    })
  }

  static async open(options: KinDeskOptions): Promise<KinDesk> {
    return new KinDesk(options, (await readSealed(options.vault, pathOf(options), v.array(v.string()))) ?? [])
  }

  /** Another device of this person was let in, in this book. */
  meet(session: BookSession, stream: NoiseStream, device: DeviceId): void {
    const { memberId } = this.o.identity
    const isNamed = session.roster.devicesOf(memberId).includes(device)
    const met: Met = {
      device,
      name: isNamed ? session.deviceName(device) : null,
      told: new Map(),
      kin: new Kin(stream, {
        told: (book, message) => {
          met.told.set(book, message)
          return this.#takeUp()
        },
        closed: () => this.#met.delete(met)
      })
    }
    if (!met.kin.isOpen) return
    this.#met.add(met)
    this.#lookSoon()
  }

  /** A person removed a book from this device. */
  async forgot(book: BookId): Promise<void> {
    if (this.forgotten.includes(book)) return
    this.forgotten = [...this.forgotten, book]
    await this.o.vault.write(pathOf(this.o), this.forgotten)
  }

  close(): void {
    this.#state = 'closed'
    if (this.#timer) clearTimeout(this.#timer)
  }

  #lookSoon(): void {
    if (this.#state === 'closed') return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#look()
        .then(() => this.#takeUp())
        .catch((error: unknown) => console.error(error))
    }, LOOK_MS)
  }

  async #look(): Promise<void> {
    const { library, identity } = this.o
    const sessions = await library.sessions()
    await revokeInLaterBooks(sessions, identity)
    for (const { kin, device, name } of this.#met) {
      if (isLost(device, sessions, identity)) continue
      for (const session of handedOver(sessions)) {
        await kin.tell(session.id, async () => {
          if (this.#state === 'closed') return null
          return introduce(session, device, name)
        })
      }
    }
  }

  #takeUp(): Promise<void> {
    return this.o.turns.take(async () => {
      for (const met of this.#met) {
        for (const [book, message] of met.told) {
          if ((await this.#take(book, message, met)) === 'later') break
          met.told.delete(book)
        }
      }
    })
  }

  async #take(book: BookId, message: LinkedBookMessage, { device }: Met): Promise<'done' | 'later'> {
    const { library, identity } = this.o
    if (this.#state === 'closed' || this.forgotten.includes(book)) return 'done'
    const ids = await library.ids()
    const sessions = await library.sessions()
    if (ids.includes(book) || ids.length >= MOST_BOOKS || isLost(device, sessions, identity)) return 'done'
    const unread = sessions.filter(({ id, role }) => role === null && this.#tellers.get(id) === device)
    if (unread.length >= MOST_UNREAD) return 'later'
    this.#tellers.set(book, device)
    await library.adopt(fileOf(message, identity.memberKey))
    return 'done'
  }
}

const pathOf = ({ folder }: Pick<KinDeskOptions, 'folder'>): string => join(folder, 'forgotten.sealed')
