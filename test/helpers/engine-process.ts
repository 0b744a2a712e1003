/** An engine in a process of its own, which can be killed and can be told to die at a moment. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connectChannel } from '../../core/engine/channel-client.js'
import { nodePortChannel } from '../../core/engine/channel-transports.js'
import type { Device, OpenFolder, RunningEngine, World } from './engines.js'

/** Dies right before or after a file of this name is replaced for the n-th time in the process's life. */
export interface Death {
  readonly file:
    | 'joins.sealed'
    | 'invites.sealed'
    | 'book.sealed'
    | 'arrivals.sealed'
    | 'links.sealed'
    | 'linked.sealed'
    | 'identity.sealed'
  readonly write: number
  readonly moment: 'before' | 'after'
}

export interface EngineProcess extends RunningEngine {
  kill(): Promise<void>
  /** Resolves when the process has ended, however it ended. */
  readonly ended: Promise<void>
}

/** `program`: `engine-program` as bundled by `buildProgram`. */
export const openInProcess =
  (
    program: string,
    death: Death | null = null,
    started: (engine: EngineProcess) => void = () => {}
  ): OpenFolder =>
  async (folder, network) => {
    const child = fork(program, [folder, JSON.stringify(network), JSON.stringify(death)], {
      serialization: 'advanced'
    })
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>
    const ended = exited.then(() => {})
    const client = connectChannel(
      nodePortChannel({
        // One that is dying takes nothing more: that it ended is told by `ended`.
        postMessage: (message) => void (child.connected && child.send(message as object, () => {})),
        on: (event, listener) => child.on(event === 'close' ? 'disconnect' : event, listener),
        close: () => child.connected && child.disconnect()
      })
    )
    const engine: EngineProcess = {
      request: (name, body) => client.request(name, body),
      subscribe: (listener) => client.subscribe(listener),
      ended,
      async close() {
        client.close()
        const [code] = await exited
        if (code) throw new Error(`The engine ended with ${code} when it was closed.`)
      },
      async kill() {
        child.kill('SIGKILL')
        await ended
      }
    }
    await Promise.race([client.welcomed, ended])
    started(engine)
    return engine
  }

/** Starts a device whose engine will die; resolves to it and to when it has died. `program`: `engine-program`, built. */
export async function doomed(
  world: World,
  program: string,
  name: string,
  death: Death
): Promise<{ readonly device: Device; readonly dead: Promise<void> }> {
  let engine: EngineProcess | undefined
  const open = openInProcess(program, death, (started) => (engine = started))
  const device = await world.device(name, open)
  return { device, dead: (engine as EngineProcess).ended }
}
