/**
 * Two devices of one person, which have met in a book that both have, tell each other of that person's other books. By then
 * each has shown on this very connection which certified device it is, and neither was revoked there.
 */
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { BookId } from '../contract/index.js'
import { bookIdOf, isFoundingValid } from '../identity/certificates.js'
import { LinkedBookMessage, MOST_BOOKS } from './linking-wire.js'
import { addMessage } from './messages.js'
import { foundingFromMessage } from './proofs.js'
import { FOUNDING_EPOCH } from './recovery-wire.js'

const PROTOCOL = 'guildbook/kin/1'
/** Of all books that are told of over one connection. */
const MOST_LOGS = 100_000

export interface KinOptions {
  /** The other device tells of a book. */
  told(book: BookId, message: LinkedBookMessage): Promise<void>
  closed(): void
}

export class Kin {
  readonly #sent = new Set<BookId>()
  readonly #channel: Channel | null
  #send: (message: LinkedBookMessage) => void = () => {}
  #heard = 0
  #heardLogs = 0

  constructor(
    stream: NoiseStream,
    private readonly o: KinOptions
  ) {
    this.#channel = Protomux.from(stream).createChannel({ protocol: PROTOCOL, onclose: () => o.closed() })
    if (!this.#channel) return
    const leave = () => void stream.destroy()
    const onBook = (message: LinkedBookMessage) => {
      const founding = foundingFromMessage(message.founding)
      this.#heardLogs += Object.keys(message.vector).length
      const isGood =
        ++this.#heard <= MOST_BOOKS &&
        this.#heardLogs <= MOST_LOGS &&
        isFoundingValid(founding) &&
        message.secrets.some(({ epoch }) => epoch === FOUNDING_EPOCH)
      if (!isGood) return leave()
      this.#sent.add(bookIdOf(founding))
      // What cannot be kept now, for want of space perhaps, is told again when they meet again.
      this.o.told(bookIdOf(founding), message).catch(leave)
    }
    this.#send = addMessage(this.#channel, LinkedBookMessage, onBook, leave)
    this.#channel.open()
  }

  get isOpen(): boolean {
    return this.#channel !== null
  }

  /** Tells of a book, once. `make` is asked only if it was not told of yet. */
  async tell(book: BookId, make: () => Promise<LinkedBookMessage | null>): Promise<void> {
    if (this.#sent.has(book) || this.#sent.size >= MOST_BOOKS) return
    this.#sent.add(book)
    const message = await make()
    if (message) this.#send(message)
    else this.#sent.delete(book)
  }
}
