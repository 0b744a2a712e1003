/**
 * Books that come later: a person's devices tell each other of them when they meet in a book that both have. One that was
 * removed from this device by hand is not taken up again.
 */
import { join } from 'node:path'
import type { NoiseStream } from 'hyperswarm'
import * as v from 'valibot'
import type { BookId, DeviceId } from '../contract/index.js'
import { Kin } from '../sync/kin.js'
import type { LinkedBookMessage } from '../sync/linking-wire.js'
import type { BookSession } from './book-session.js'
import type { Identity } from './identity-file.js'
import type { Library } from './library.js'
import { fileOf, handedOver, introduce } from './linked-books.js'
import { readSealed } from './sealed-files.js'
import type { Turns } from './turns.js'
import type { Vault } from './vault.js'

/** Books come seldom; that something changed is told often. */
const LOOK_MS = 500

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
}

export class KinDesk {
  readonly #met = new Set<Met>()
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
      kin: new Kin(stream, {
        told: (book, message) => this.o.turns.take(() => this.#told(book, message)),
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
    if (this.#met.size === 0 || this.#state === 'closed') return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#look().catch((error: unknown) => console.error(error))
    }, LOOK_MS)
  }

  async #look(): Promise<void> {
    const { library, identity } = this.o
    const sessions = handedOver(await library.sessions())
    for (const { kin, device, name } of this.#met) {
      // One that was lost is revoked in every book; the other side of that may not have come to all of them yet.
      if (sessions.some(({ roster }) => roster.isRevoked(device, identity.memberId))) continue
      for (const session of sessions) {
        await kin.tell(session.id, async () => {
          if (this.#state === 'closed') return null
          return introduce(session, device, name)
        })
      }
    }
  }

  async #told(book: BookId, message: LinkedBookMessage): Promise<void> {
    const { library, identity } = this.o
    if (this.#state === 'closed' || this.forgotten.includes(book)) return
    if ((await library.ids()).includes(book)) return
    await library.adopt(fileOf(message, identity.memberKey))
  }
}

const pathOf = ({ folder }: Pick<KinDeskOptions, 'folder'>): string => join(folder, 'forgotten.sealed')
