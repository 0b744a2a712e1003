/**
 * The engine as a process of its own, forked and watched by the desktop app. It opens the data folder (or, while
 * another process has that open, speaks to the engine there) and serves every port that it is handed.
 */
import './thread-pool.js'
import './web-crypto.js'
import { refuse } from '../contract/index.js'
import type { FromEngineProcess, ToEngineProcess } from '../contract/index.js'
import { serveChannel } from './channel-server.js'
import type { ServedChannel } from './channel-server.js'
import { electronPortChannel } from './channel-transports.js'
import type { PortLike } from './channel-transports.js'
import { attach } from './folder-host.js'
import type { Attachment } from './folder-host.js'
import { remoteKeys } from './remote-keys.js'

/** How long clients have to go before their channels are closed. */
const GRACE_MS = 1_000

/** What Electron gives a utility process to speak to its parent. */
interface ParentPort {
  postMessage(message: FromEngineProcess): void
  on(event: 'message', listener: (event: { data: ToEngineProcess; ports: readonly PortLike[] }) => void): void
}

function serveParent(parent: ParentPort): void {
  const keys = remoteKeys((message) => parent.postMessage(message))
  const served = new Set<ServedChannel>()
  /** Ports that came before the folder was open. */
  const waiting: PortLike[] = []
  let attachment: Attachment | null = null
  let ending: 'no' | 'yes' = 'no'

  const serve = (engine: Attachment, port: PortLike): void => {
    const channel = serveChannel(engine, electronPortChannel(port))
    served.add(channel)
    channel.welcome()
    void channel.closed.then(() => served.delete(channel))
  }

  const start = async (message: Extract<ToEngineProcess, { kind: 'start' }>): Promise<void> => {
    const { folder, appVersion, network } = message
    const { stretcher } = keys
    const options = { folder, appVersion, network, keys: keys.protector(message), stretcher }
    const attached = await attach(options).catch((error: unknown) => {
      console.error(error)
      return refuse('STORAGE_FAILED', error instanceof Error ? error.message : String(error))
    })
    if (!attached.ok) {
      parent.postMessage({ kind: 'refused', code: attached.error.code, message: attached.error.message })
      // Leaves the message time to go out; the parent starts us again after a while.
      setTimeout(() => process.exit(1), 100)
      return
    }
    attachment = attached.value
    if (ending === 'yes') return close()
    for (const port of waiting.splice(0)) serve(attachment, port)
    parent.postMessage({ kind: 'ready' })
  }

  const close = async (): Promise<void> => {
    ending = 'yes'
    if (!attachment) return
    await Promise.all([...served].map((channel) => channel.stop(GRACE_MS)))
    await attachment.close()
    process.exit(0)
  }

  parent.on('message', ({ data, ports }) => {
    switch (data.kind) {
      case 'start':
        return void start(data)
      case 'port': {
        const port = ports[0]
        if (!port) return
        if (attachment) serve(attachment, port)
        else waiting.push(port)
        return
      }
      case 'secret':
        return keys.answer(data.id, data.bytes)
      case 'secret-refused':
        return keys.refuse(data.id, data.message)
      case 'person':
        return keys.answerPerson(data.id, data.answer)
      case 'stretcher':
        return ports[0] && keys.answerStretcher(data.id, ports[0])
      case 'close':
        return void close()
    }
  })
}

const { parentPort } = process as unknown as { readonly parentPort?: ParentPort }
if (!parentPort) throw new Error('This file is started by the desktop app. Use the guildbook command instead.')
serveParent(parentPort)
