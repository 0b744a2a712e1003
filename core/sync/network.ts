/** This device's place in the distributed hash table that peers find each other through. */
import HyperDHT from 'hyperdht'
import Hyperswarm, { type NoiseStream } from 'hyperswarm'
import { done, refuse, type Outcome, type Settings } from '../contract/index.js'
import { aMomentFor, goodbye } from './goodbye.js'

export type NetworkSettings = Settings['network']

/** Starts a DHT node by the settings. The caller destroys it. */
export function startNetwork(settings: NetworkSettings): Outcome<HyperDHT> {
  const bootstrap: { host: string; port: number }[] = []
  for (const address of settings.bootstrap) {
    const parsed = parseAddress(address)
    if (!parsed) return refuse('BAD_REQUEST', `"${address}" is no address: write host:port.`)
    bootstrap.push(parsed)
  }
  const dht = new HyperDHT({
    ...(bootstrap.length > 0 ? { bootstrap } : {}),
    ...(settings.host ? { host: settings.host } : {}),
    ...(settings.port ? { port: settings.port, anyPort: false } : {}),
    // Nothing stands between two programs on one machine; probing for it only makes connections stall.
    ...(isLoopback(settings.host) ? { firewalled: false } : {})
  })
  // Each swarm listens to it.
  dht.setMaxListeners(0)
  return done(dht)
}

/** A swarm over a node that it shares with others; without `keyPair` under a key that lasts as long as it does. */
export function startSwarm(dht: HyperDHT, keyPair?: { publicKey: Buffer; secretKey: Buffer }): Hyperswarm {
  return new Hyperswarm({ dht: lent(dht), ...(keyPair ? { keyPair } : {}) })
}

/** Leaves all topics, and closes all connections once what was said there has arrived. Later ones are closed at once. */
export async function endSwarm(swarm: Hyperswarm): Promise<void> {
  const close = (stream: NoiseStream): void => {
    stream.on('error', () => {})
    stream.destroy()
  }
  swarm.removeAllListeners('connection')
  swarm.on('connection', close)
  const left = swarm.destroy()
  const arrived = Promise.all([...swarm.connections].map((stream) => stream.flush()))
  await Promise.all([goodbye(swarm.dht, left), aMomentFor(arrived)])
  for (const stream of swarm.connections) close(stream)
}

/** A swarm destroys its node when it ends. This one it may use, and leaves to the others. */
function lent(dht: HyperDHT): HyperDHT {
  const heard: [event: string, listener: (...values: unknown[]) => void][] = []
  const own = {
    on(event: string, listener: (...values: unknown[]) => void) {
      heard.push([event, listener])
      dht.on(event, listener)
      return proxy
    },
    async destroy() {
      for (const [event, listener] of heard.splice(0)) dht.off(event, listener)
    }
  }
  const proxy: HyperDHT = new Proxy(dht, {
    get: (target, name): unknown => Reflect.get(name === 'on' || name === 'destroy' ? own : target, name)
  })
  return proxy
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || /^127\./.test(host) || host === '::1'

/** `host:port`, the port from 1 to 65535; null for anything else. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const match = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[2])
  if (!match || port < 1 || port > 65535) return null
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port }
}
