/** The same story on Autobase: two writers, an append-only view, entries written apart, then merged. */
import path from 'node:path'
import Autobase from 'autobase'
import Corestore from 'corestore'
import { pause, timeMs, until } from './measure.js'

interface Fact {
  readonly add?: string
  readonly text?: string
}

interface View {
  readonly length: number
  append(value: Fact): Promise<unknown>
}

const OPTIONS = {
  valueEncoding: 'json',
  open: (store: { get(options: object): View }) => store.get({ name: 'view', valueEncoding: 'json' }),
  async apply(
    nodes: readonly { readonly value: Fact }[],
    view: View,
    host: { addWriter(key: Buffer, options: object): Promise<void> }
  ) {
    for (const { value } of nodes) {
      if (value.add) await host.addWriter(Buffer.from(value.add, 'hex'), { indexer: true })
      else await view.append(value)
    }
  }
}

const AT_ONCE = 1000

/** Milliseconds until both have merged what each wrote alone. */
export async function mergeOnAutobase(folder: string, texts: readonly string[]): Promise<number> {
  const open = (name: string, key: Buffer | null): Autobase =>
    new Autobase(new Corestore(path.join(folder, name)), key, OPTIONS)
  const first = open('first', null)
  await first.ready()
  const second = open('second', first.key)
  await second.ready()
  const disconnect = connect(first, second)
  await first.append({ add: second.local.key.toString('hex') })
  await until('the second base may write', async () => {
    await second.update()
    return second.writable
  })
  disconnect()
  await pause(200)
  for (const base of [first, second]) {
    for (let i = 0; i < texts.length; i += AT_ONCE) {
      await base.append(texts.slice(i, i + AT_ONCE).map((text) => ({ text })))
    }
  }
  const all = texts.length * 2
  const takenMs = await timeMs(async () => {
    connect(first, second)
    await until('the bases have merged', () =>
      Promise.resolve(first.view.length >= all && second.view.length >= all)
    )
  })
  await first.close()
  await second.close()
  return takenMs
}

function connect(first: Autobase, second: Autobase): () => void {
  const [one, other] = [first.replicate(true), second.replicate(false)]
  for (const stream of [one, other]) stream.on('error', () => {})
  one.pipe(other).pipe(one)
  return () => {
    one.destroy()
    other.destroy()
  }
}
