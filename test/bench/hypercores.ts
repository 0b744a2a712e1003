/** Plain Hypercore, made as durable as our logs: the write-ahead log is synced before an append counts. */
import Corestore from 'corestore'
import { Durability } from '../../core/log/durability.js'

export class DurableCore {
  private constructor(
    private readonly store: Corestore,
    private readonly durability: Durability,
    private readonly core: ReturnType<Corestore['get']>
  ) {}

  static async open(folder: string): Promise<DurableCore> {
    const store = new Corestore(folder)
    await store.ready()
    const core = store.get({ name: 'plain' })
    await core.ready()
    return new DurableCore(store, new Durability(store, folder), core)
  }

  async append(blocks: Uint8Array | readonly Uint8Array[]): Promise<void> {
    await this.core.append(blocks)
    await this.durability.synced()
  }

  async close(): Promise<void> {
    await this.durability.close()
    await this.store.close()
  }
}
