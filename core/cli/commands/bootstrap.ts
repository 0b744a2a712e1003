/** `bootstrap`: a private DHT node that the devices of a team can find each other through. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'
import DHT from 'hyperdht'
import { done, refuse } from '../../contract/index.js'
import { portNumber } from '../cli.js'
import type { Cli } from '../cli.js'
import { UsageError, answer } from '../output.js'

const USUAL_PORT = 49737
const USUAL_HOST = '127.0.0.1'

/** Runs until it is stopped. Says its address as soon as others can use it. */
export async function bootstrap(cli: Cli, options: { readonly port?: string }) {
  const host = cli.options.host ?? (process.env.GUILDBOOK_HOST || USUAL_HOST)
  const wanted = options.port === undefined ? USUAL_PORT : portNumber(options.port, '--port')
  if (!isIPv4(host) || host === '0.0.0.0') {
    throw new UsageError('--host is the IPv4 address that the others reach this machine at')
  }
  const port = wanted === 0 ? await freePort() : wanted
  // Only a loopback address is bound as such: behind a router, the address that others use is none of this machine's.
  const node = DHT.bootstrapper(port, host, host.startsWith('127.') ? { host } : {})
  try {
    await node.fullyBootstrapped()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await node.destroy().catch(() => {})
    return refuse('STORAGE_FAILED', `Cannot listen on ${host}:${port}: ${reason}`, { host, port })
  }
  const bound = node.address()?.port ?? port
  const address = `${host}:${bound}`
  const value = answer({ bootstrap: address, host, port: bound }, () =>
    [`${address}`, `Others use it with GUILDBOOK_BOOTSTRAP=${address}`].join('\n')
  )
  cli.output.show(value.value)
  if (!cli.signal.aborted) await once(cli.signal, 'abort')
  await node.destroy()
  return done(null)
}

/** A UDP port that is free now: a bootstrap node's port is part of its name, so it cannot be left open. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
