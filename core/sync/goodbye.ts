/** Leaving the network without waiting for it. Whoever was not told that this device left finds out. */
import type HyperDHT from 'hyperdht'

/** About three answers of a slow network. */
const GOODBYE_MS = 1_000

/** Waits a moment for something that may fail, or take for ever. */
export async function aMomentFor(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, GOODBYE_MS)))
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}

/** Waits a moment until the table's nodes were told; not at all where none of them ever answered. */
export async function goodbye(dht: HyperDHT, told: Promise<unknown>): Promise<void> {
  if (dht.toArray().length > 0) await aMomentFor(told)
  else told.catch(() => {})
}
