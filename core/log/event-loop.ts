/**
 * Turns of the event loop for long work in slices. Each who waits gets a turn that nobody else who waited has a slice in,
 * so that slices of several never add up to a time in which this process answers nobody.
 */

/**
 * How long a slice goes on. What else falls into the same turn, a garbage collection above all, adds to it; and the longer
 * a turn, the more often others are given its processor before it ends, where there is more to do than processors.
 */
export const SLICE_MS = 1

const waiting: (() => void)[] = []

/** Resolves in a later turn of the event loop; first come, first served. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(wakeOne)
  })
}

function wakeOne(): void {
  const resolve = waiting.shift()
  if (waiting.length > 0) setImmediate(wakeOne)
  resolve?.()
}
