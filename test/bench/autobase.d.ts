/** What the benchmark uses of Autobase, which ships no types. */
declare module 'autobase' {
  import type { Duplex } from 'node:stream'
  import type Corestore from 'corestore'

  export default class Autobase {
    constructor(store: Corestore, key: Buffer | null, options: object)
    readonly key: Buffer
    readonly local: { readonly key: Buffer }
    readonly writable: boolean
    readonly view: { readonly length: number }
    ready(): Promise<void>
    append(values: unknown): Promise<unknown>
    update(): Promise<void>
    replicate(isInitiator: boolean): Duplex
    close(): Promise<void>
  }
}
