/** This device's place in the distributed hash table that peers find each other through. */
import HyperDHT from 'hyperdht'
import Hyperswarm from 'hyperswarm'
import { done, refuse, type Outcome, type Settings } from '../contract/index.js'

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
  return done(dht)
}

/** A swarm under a key of its own that lasts as long as it does: for meeting strangers. */
export const startSwarm = (dht: HyperDHT): Hyperswarm => new Hyperswarm({ dht })

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || /^127\./.test(host) || host === '::1'

/** `host:port`, the port from 1 to 65535; null for anything else. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const match = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[2])
  if (!match || port < 1 || port > 65535) return null
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port }
}
