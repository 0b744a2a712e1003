/**
 * Someone on the network who speaks by hand: opens any channel on a real connection, sends any bytes on it, and hears
 * all that comes.
 */
import { randomBytes } from 'node:crypto'
import HyperDHT from 'hyperdht'
import Hyperswarm, { type NoiseStream } from 'hyperswarm'
import Protomux, { type Channel, type Message } from 'protomux'
import { raw } from 'compact-encoding'
import type { DeviceCertificate } from '../../core/identity/certificates.js'
import { derive, type KeyPair } from '../../core/identity/keys.js'
import { Meeting } from '../../core/sync/meeting.js'
import { toHex } from '../../core/sync/messages.js'
import { parseAddress } from '../../core/sync/network.js'
import { certificateToMessage, proofOf, signPresence, type Side } from '../../core/sync/proofs.js'
import type { World } from './engines.js'

/** The messages of a protocol, in the order in which both sides add them. */
export const BOOK_TALK = {
  protocol: 'guildbook/book/2',
  messages: ['proof', 'hello', 'accept', 'have', 'farewell']
} as const
export const PAIRING_TALK = {
  protocol: 'guildbook/pairing/1',
  messages: ['knock', 'greet', 'reveal', 'welcome', 'refused', 'thanks']
} as const

export interface Protocol {
  readonly protocol: string
  readonly messages: readonly string[]
}

/** What came, in order. */
export interface Heard {
  readonly name: string
  readonly bytes: Uint8Array
}

/** One connection. */
export class Talk {
  readonly heard: Heard[] = []
  readonly closed: Promise<void>
  state: 'open' | 'closed' = 'open'
  readonly #messages = new Map<string, Message<Uint8Array>>()
  #wakers: (() => void)[] = []
  #channel: Channel | null = null

  constructor(readonly stream: NoiseStream) {
    stream.on('error', () => {})
    this.closed = new Promise((resolve) =>
      stream.once('close', () => {
        this.state = 'closed'
        this.#wake()
        resolve()
      })
    )
  }

  get side(): Side {
    return this.stream.isInitiator ? 'initiator' : 'responder'
  }

  /** Opens the channel, whether the other end has or not. */
  open({ protocol, messages }: Protocol, id: Uint8Array | null): this {
    const channel = Protomux.from(this.stream).createChannel({ protocol, ...(id ? { id } : {}) })
    if (!channel) throw new Error('the channel is taken')
    this.#channel = channel
    for (const name of messages) {
      const onmessage = (bytes: Uint8Array): void => {
        this.heard.push({ name, bytes: Uint8Array.from(bytes) })
        this.#wake()
      }
      this.#messages.set(name, channel.addMessage<Uint8Array>({ encoding: raw, onmessage }))
    }
    channel.open()
    return this
  }

  /** Another channel on the same connection. */
  beside(): Talk {
    return new Talk(this.stream)
  }

  /** Calls when the other end opens this channel. */
  whenAsked({ protocol }: Protocol, id: Uint8Array | null, asked: () => void): void {
    Protomux.from(this.stream).pair({ protocol, ...(id ? { id } : {}) }, asked)
  }

  /** Bytes as they are; anything else as JSON, which is how honest devices speak. */
  send(name: string, what: unknown): void {
    const bytes = what instanceof Uint8Array ? what : Buffer.from(JSON.stringify(what))
    if (this.#channel && !this.#channel.closed) this.#messages.get(name)?.send(bytes)
  }

  /** The first message of one of these names, read as JSON; rejects if the other end hangs up before it. */
  async hears(...names: readonly string[]): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.heard.find(({ name }) => names.includes(name))
      if (found) return JSON.parse(Buffer.from(found.bytes).toString('utf8')) as Record<string, unknown>
      if (this.state === 'closed') throw new Error(`hung up on before ${names.join(' or ')}`)
      await new Promise<void>((resolve) => this.#wakers.push(resolve))
    }
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}

export class Talker {
  readonly #swarm: Hyperswarm
  readonly #meeting: Meeting
  readonly #arrived: Talk[] = []
  #wake: () => void = () => {}

  private constructor(
    private readonly dht: HyperDHT,
    topic: Uint8Array,
    begin: (talk: Talk) => void,
    role: 'client' | 'server'
  ) {
    this.#swarm = new Hyperswarm({ dht, keyPair: HyperDHT.keyPair(randomBytes(32)) })
    this.#swarm.on('connection', (stream: NoiseStream) => {
      const talk = new Talk(stream)
      begin(talk)
      this.#arrived.push(talk)
      this.#wake()
    })
    const roles = { client: role === 'client', server: role === 'server' }
    this.#meeting = new Meeting(this.#swarm, topic, roles, () => this.#arrived.length === 0)
  }

  /** Meets whoever is found under a topic. `begin` is called as soon as there is a connection. */
  static async meet(
    world: World,
    topic: Uint8Array,
    begin: (talk: Talk) => void,
    role: 'client' | 'server' = 'client'
  ): Promise<Talker> {
    const bootstrap = (world.network.bootstrap ?? []).flatMap((address) => parseAddress(address) ?? [])
    const dht = new HyperDHT({ host: '127.0.0.1', bootstrap, firewalled: false })
    const talker = new Talker(dht, topic, begin, role)
    await talker.#meeting.flushed()
    return talker
  }

  /** The connections that there are now. */
  get open(): readonly Talk[] {
    return this.#arrived.filter(({ state }) => state === 'open')
  }

  /** Resolves when there were so many connections. */
  async met(count: number): Promise<readonly Talk[]> {
    while (this.#arrived.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#arrived
  }

  async end(): Promise<void> {
    await this.#meeting.end()
    await this.#swarm.destroy()
    await this.dht.destroy()
  }
}

/** What a device of a book proves with. */
export interface Credentials {
  readonly secret: Uint8Array
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
}

export const bookTopic = (secret: Uint8Array): Uint8Array => derive(secret, 'book-topic')
/** Under this the two ends of a connection speak of a book; a stranger sees it in the first message that comes. */
export const bookChannel = (secret: Uint8Array): Uint8Array => derive(secret, 'book-channel')

/** The two messages by which a member's device shows who it is, on this very connection. */
export const introduction = ({ stream, side }: Talk, { secret, certificate, device }: Credentials) => ({
  proof: { proofs: [toHex(proofOf(derive(secret, 'book-proof'), 'book', stream.handshakeHash, side))] },
  hello: {
    certificate: certificateToMessage(certificate),
    signature: signPresence(device, stream.handshakeHash, side)
  }
})
