/** The parts of the Hypercore stack that Guildbook uses; it ships no types of its own. */
declare module 'z32' {
  const z32: { encode(bytes: Uint8Array): string; decode(text: string): Uint8Array }
  export default z32
}

declare module 'sodium-universal' {
  const sodium: {
    crypto_generichash(output: Uint8Array, input: Uint8Array, key?: Uint8Array): void
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
    crypto_secretbox_easy(cipher: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array): void
    crypto_secretbox_open_easy(
      message: Uint8Array,
      cipher: Uint8Array,
      nonce: Uint8Array,
      key: Uint8Array
    ): boolean
    readonly crypto_secretbox_NONCEBYTES: number
    readonly crypto_secretbox_MACBYTES: number
    crypto_box_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
    crypto_box_easy(
      cipher: Uint8Array,
      message: Uint8Array,
      nonce: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array
    ): void
    crypto_box_seal_open(
      message: Uint8Array,
      cipher: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array
    ): boolean
    crypto_sign_ed25519_pk_to_curve25519(output: Uint8Array, publicKey: Uint8Array): void
    crypto_sign_ed25519_sk_to_curve25519(output: Uint8Array, secretKey: Uint8Array): void
    readonly crypto_box_SEALBYTES: number
    readonly crypto_box_MACBYTES: number
    randombytes_buf(buffer: Uint8Array): void
    sodium_memzero(buffer: Uint8Array): void
    /** In a thread of its own. Rejects if the memory cannot be had. */
    crypto_pwhash_async(
      output: Uint8Array,
      passphrase: Uint8Array,
      salt: Uint8Array,
      operations: number,
      memoryBytes: number,
      algorithm: number
    ): Promise<void>
    readonly crypto_pwhash_SALTBYTES: number
    readonly crypto_pwhash_ALG_ARGON2ID13: number
    crypto_secretstream_xchacha20poly1305_init_push(
      state: Uint8Array,
      header: Uint8Array,
      key: Uint8Array
    ): void
    /** Returns how many bytes were written. */
    crypto_secretstream_xchacha20poly1305_push(
      state: Uint8Array,
      cipher: Uint8Array,
      message: Uint8Array,
      additional: Uint8Array | null,
      tag: number
    ): number
    crypto_secretstream_xchacha20poly1305_init_pull(
      state: Uint8Array,
      header: Uint8Array,
      key: Uint8Array
    ): void
    /** Throws if the cipher is not what was pushed next. */
    crypto_secretstream_xchacha20poly1305_pull(
      state: Uint8Array,
      message: Uint8Array,
      tag: Uint8Array,
      cipher: Uint8Array,
      additional: Uint8Array | null
    ): number
    readonly crypto_secretstream_xchacha20poly1305_STATEBYTES: number
    readonly crypto_secretstream_xchacha20poly1305_HEADERBYTES: number
    readonly crypto_secretstream_xchacha20poly1305_ABYTES: number
    readonly crypto_secretstream_xchacha20poly1305_KEYBYTES: number
    readonly crypto_secretstream_xchacha20poly1305_TAG_MESSAGE: number
    readonly crypto_secretstream_xchacha20poly1305_TAG_FINAL: number
  }
  export default sodium
}

declare module 'hypercore' {
  import type { EventEmitter } from 'node:events'
  import type { InnerCore } from 'corestore'

  export interface HypercoreKeyPair {
    publicKey: Uint8Array
    secretKey: Uint8Array
  }

  export default class Hypercore extends EventEmitter {
    static key(manifest: unknown): Buffer
    /** The key that the blocks of a log are encrypted with: from the log's own, and a secret. */
    static blockEncryptionKey(key: Uint8Array, secret: Uint8Array): Buffer
    static readonly DefaultEncryption: new (
      secret: Uint8Array,
      key: Uint8Array
    ) => {
      /** Encrypts a block, its first eight bytes being room for its fork, in place. */
      encrypt(index: number, block: Uint8Array, fork: number, core: { key: Uint8Array; compat: boolean }): void
    }
    readonly key: Buffer
    readonly discoveryKey: Buffer
    readonly length: number
    readonly byteLength: number
    readonly contiguousLength: number
    readonly opened: boolean
    readonly closed: boolean
    readonly closing: Promise<void> | null
    readonly writable: boolean
    /** Who may sign it and how; null until it is known. */
    readonly manifest: {
      readonly version: number
      readonly quorum: number
      readonly signers: readonly { readonly publicKey: Buffer }[]
    } | null
    readonly peers: readonly { readonly remotePublicKey: Buffer; readonly remoteLength: number }[]
    /** What stands behind this session and all others of the core. */
    readonly core: InnerCore
    ready(): Promise<void>
    close(): Promise<void>
    append(
      blocks: Uint8Array | readonly Uint8Array[],
      options?: { keyPair?: HypercoreKeyPair }
    ): Promise<{ length: number; byteLength: number }>
    /** Cuts the log back; its next blocks are of another fork unless `fork` says otherwise. No honest device does it. */
    truncate(length: number, options?: { keyPair?: HypercoreKeyPair; fork?: number }): Promise<void>
    /** null when `wait` is off and the block is not here. */
    get(index: number, options?: { wait?: boolean; timeout?: number }): Promise<Buffer | null>
    has(start: number, end?: number): Promise<boolean>
    getUserData(key: string): Promise<Buffer | null>
    setUserData(key: string, value: Buffer): Promise<void>
    /** Parts of the tree; `upgrade.signature` is that of the whole length. Works on what is stored alone. */
    proof(of: {
      upgrade?: { start: number; length: number }
      hash?: { index: number; nodes: number }
      block?: { index: number; nodes: number }
    }): Promise<{
      readonly hash: { readonly nodes: readonly { size: number; hash: Buffer }[] } | null
      readonly upgrade: { readonly signature: Buffer } | null
    }>
    /** How many nodes of the tree a proof of this block has to bring. */
    missingNodes(index: number): Promise<number>
    /** Takes what a proof shows, as if a peer had sent it. */
    applyProof(proof: unknown): Promise<boolean>
    update(options?: { wait?: boolean }): Promise<boolean>
    /** Exchanges this log over a connection, beside what else goes over it. */
    replicate(stream: unknown): unknown
    /** Reads what was written with another key; of this session only. `block`: it is that of the blocks themselves. */
    setEncryptionKey(key: Uint8Array, options?: { block?: boolean }): Promise<void>
    /** Whether news of a longer log come with its last block. */
    setAlwaysLatestBlock(always: boolean): Promise<void>
    download(range?: { start?: number; end?: number; linear?: boolean }): {
      done(): Promise<void>
      destroy(): void
    }
  }
}

declare module 'corestore' {
  import type Hypercore from 'hypercore'
  import type { Duplex } from 'node:stream'

  export interface RocksDatabase {
    /** The write-ahead log file that the next write goes to; `path` is relative to the folder `db`. */
    currentWalFile(): Promise<{ readonly path: string; readonly number: number }>
    flush(): Promise<void>
    /** Sees what is there now, whatever is written later. */
    snapshot(): RocksDatabase
    iterator(
      range: { gte?: Uint8Array; lt?: Uint8Array },
      options?: { capacity?: number }
    ): AsyncIterable<{ readonly key: Buffer; readonly value: Buffer }>
    write(options?: { autoDestroy?: boolean }): RocksBatch
    /** With `autoDestroy` it is let go once it was read. `capacity`: keys that it has room for from the start. */
    read(options?: { autoDestroy?: boolean; capacity?: number }): ReadBatch
    /** Another handle on the same database; a snapshot if asked for, or if this is one. */
    session(options?: { snapshot?: boolean }): RocksDatabase
    readonly snapshotted: boolean
    readonly closed: boolean
    /** Since it was opened. */
    readonly stats: { readonly gets: number; readonly readBatches: number }
    close(): Promise<void>
  }

  /** Keys to read together. What `get` promises comes after `tryFlush`; null where there is no such key. */
  export interface ReadBatch {
    get(key: Uint8Array): Promise<Buffer | null>
    tryFlush(): void
    destroy(): void
  }

  interface RocksBatch {
    tryPut(key: Uint8Array, value: Uint8Array): void
    flush(): Promise<void>
  }

  export interface SyncMessage {
    readonly length: number
    readonly uploading: boolean
    readonly hasManifest: boolean
    readonly canUpgrade: boolean
    readonly allowPush: boolean
  }

  /** A message that is sent by it. */
  interface Wire<T> {
    send(message: T): boolean
  }

  /** Hypercore's own half of a connection about one core, as far as `core/log` reaches into it. */
  export interface InnerPeer {
    readonly stream: { destroy(error?: Error): void }
    readonly remoteRequests: ReadonlyMap<number, unknown>
    readonly remoteLength: number
    readonly wireSync: Wire<SyncMessage>
    readonly wireData: Wire<unknown>
    readonly wireNoData: Wire<unknown>
    readonly wireBitfield: Wire<unknown>
    readonly wireRange: Wire<unknown>
    readonly wireExtension: Wire<unknown>
    sendSync(): void
    onsync(message: SyncMessage): Promise<void>
    onrange(message: { readonly start: number; readonly length: number }): Promise<void>
    onbitfield(message: { readonly start: number }): void
    onwant(message: { readonly start: number }): void
    onrequest(message: unknown): Promise<void>
  }

  interface InnerMux {
    readonly stream: object
    getLastChannel(of: { protocol: string; id: Uint8Array }): { readonly userData: InnerPeer } | null
  }

  /** What stands behind the sessions of a core, likewise. */
  export interface InnerCore {
    readonly discoveryKey: Buffer
    readonly state: { readonly length: number }
    readonly replicator: {
      /** Whether a history that the writer cut back and wrote anew is taken instead of what is here. */
      allowFork: boolean
      _onpeerupdate(added: boolean, peer: InnerPeer): void
      /** Opens the channel of this core on a connection; says whether it was not open. */
      _makePeer(mux: InnerMux): boolean
    }
    /** Throws if what the batch leads to is not signed as it should. */
    _verifyBatchUpgrade(batch: { readonly length: number }, manifest: unknown): unknown
  }

  export default class Corestore {
    constructor(
      folder: string,
      options?: { primaryKey?: Uint8Array; unsafe?: boolean; allowBackup?: boolean; wait?: boolean }
    )
    readonly storage: { readonly db: RocksDatabase; readonly rocks: RocksDatabase }
    ready(): Promise<void>
    close(): Promise<void>
    /** Calls back for each core that is loaded from now on, when nothing of it has happened yet. */
    watch(loaded: (core: InnerCore) => void): void
    get(options: {
      name?: string
      key?: Uint8Array
      manifest?: {
        version: number
        quorum?: number
        allowPatch?: boolean
        hash?: string
        signers: { publicKey: Uint8Array; namespace?: Uint8Array }[]
        /** What the first blocks are, whoever signs. */
        prologue?: { length: number; hash: Uint8Array }
      }
      encryption?: { key: Uint8Array; block?: boolean } | null
      inflightRange?: [number, number]
      active?: boolean
    }): Hypercore
    list(): AsyncIterable<Buffer>
    getAuth(discoveryKey: Uint8Array): Promise<{ key: Buffer } | null>
    replicate(stream: Duplex | unknown): Duplex
  }
}

declare module 'hyperdht' {
  import type { EventEmitter } from 'node:events'

  export interface DhtAddress {
    host: string
    port: number
  }

  export default class HyperDHT extends EventEmitter {
    constructor(options?: {
      bootstrap?: (string | DhtAddress)[]
      host?: string
      port?: number
      firewalled?: boolean
      ephemeral?: boolean
      anyPort?: boolean
    })
    static keyPair(seed?: Uint8Array): { publicKey: Buffer; secretKey: Buffer }
    static bootstrapper(
      port: number,
      host: string,
      options?: { host?: string; bootstrap?: DhtAddress[]; ephemeral?: boolean; anyPort?: boolean }
    ): HyperDHT
    readonly host: string | null
    readonly port: number
    readonly online: boolean
    address(): { host: string; port: number }
    ready(): Promise<void>
    fullyBootstrapped(): Promise<void>
    /** The nodes of the table that are known. */
    toArray(): readonly DhtAddress[]
    destroy(options?: { force?: boolean }): Promise<void>
  }
}

declare module 'hyperswarm' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'
  import type HyperDHT from 'hyperdht'

  /** An encrypted stream to one peer (@hyperswarm/secret-stream). */
  export interface NoiseStream extends Duplex {
    readonly remotePublicKey: Buffer
    readonly publicKey: Buffer
    /** The same on both ends, different for each connection. */
    readonly handshakeHash: Buffer
    readonly isInitiator: boolean
    readonly rawStream?: { readonly remoteHost?: string | null; readonly remotePort?: number }
    userData: unknown
    setKeepAlive(ms: number): void
    /** Resolves when the other side has all that was written. */
    flush(): Promise<boolean>
  }

  export interface PeerInfo {
    readonly publicKey: Buffer
    readonly topics: readonly Buffer[]
    readonly client: boolean
    ban(state: boolean): void
  }

  export interface PeerDiscovery {
    flushed(): Promise<boolean>
    refresh(options?: { client?: boolean; server?: boolean }): Promise<void>
    destroy(): Promise<void>
  }

  export default class Hyperswarm extends EventEmitter {
    constructor(options?: {
      keyPair?: { publicKey: Uint8Array; secretKey: Uint8Array }
      dht?: HyperDHT
      maxPeers?: number
      firewall?: (remotePublicKey: Buffer) => boolean
    })
    readonly dht: HyperDHT
    readonly connections: ReadonlySet<NoiseStream>
    join(topic: Uint8Array, options?: { client?: boolean; server?: boolean }): PeerDiscovery
    leave(topic: Uint8Array): Promise<void>
    flush(): Promise<boolean>
    /** Forgets a peer that was banned, unless there is a reason not to. */
    leavePeer(publicKey: Buffer): void
    destroy(options?: { force?: boolean }): Promise<void>
    suspend(): Promise<void>
    resume(): Promise<void>
  }
}

declare module 'protomux' {
  export interface Encoding<T> {
    preencode(state: { start: number; end: number; buffer: Uint8Array | null }, value: T): void
    encode(state: { start: number; end: number; buffer: Uint8Array }, value: T): void
    decode(state: { start: number; end: number; buffer: Uint8Array }): T
  }

  export interface Message<T> {
    send(value: T): boolean
  }

  export interface Channel {
    readonly opened: boolean
    readonly closed: boolean
    open(handshake?: unknown): void
    close(): void
    addMessage<T>(options: { encoding: Encoding<T>; onmessage?: (value: T) => void }): Message<T>
  }

  export default class Protomux {
    constructor(stream: unknown)
    static from(stream: unknown): Protomux
    readonly stream: unknown
    readonly destroyed: boolean
    createChannel(options: {
      protocol: string
      id?: Uint8Array | null
      unique?: boolean
      onopen?: () => void
      onclose?: () => void
      ondestroy?: () => void
    }): Channel | null
    /** Calls back when the other side opens a channel that is not open here. */
    pair(options: { protocol: string; id?: Uint8Array | null }, notify: () => void): void
    unpair(options: { protocol: string; id?: Uint8Array | null }): void
    destroy(error?: Error): void
  }
}

declare module 'compact-encoding' {
  import type { Encoding } from 'protomux'
  export interface State {
    start: number
    end: number
    buffer: Uint8Array
  }
  export const raw: Encoding<Uint8Array>
  export const buffer: Encoding<Uint8Array>
  export const json: Encoding<unknown>
  export const string: Encoding<string>
  export const uint: Encoding<number>
  export const fixed32: Encoding<Uint8Array>
  export function encode<T>(encoding: Encoding<T>, value: T): Uint8Array
  export function decode<T>(encoding: Encoding<T>, bytes: Uint8Array): T
}

declare module 'fs-native-extensions' {
  /** Takes an advisory lock of the whole file that ends with the process; false if another has it. */
  export function tryLock(fd: number, options?: { shared?: boolean }): boolean
  export function unlock(fd: number): void
}
