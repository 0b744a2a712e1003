/** Long work in slices, between which everyone else who shares the thread has a turn. */
import { SLICE_MS, nextTurn } from '../log/event-loop.js'

/** Calls `work` until it is done; each time it is told when its slice is over. */
export async function inSlices(work: (isTimeUp: () => boolean) => 'more' | 'done'): Promise<void> {
  for (;;) {
    const until = performance.now() + SLICE_MS
    if (work(() => performance.now() > until) === 'done') return
    await nextTurn()
  }
}

/** Calls `work` once, for one slice. */
export function inOneSlice(work: (isTimeUp: () => boolean) => 'more' | 'done'): 'more' | 'done' {
  const until = performance.now() + SLICE_MS
  return work(() => performance.now() > until)
}

/** Does all steps of some work. */
export const stepwise = (steps: Iterator<unknown>): Promise<void> =>
  inSlices((isTimeUp) => {
    while (!steps.next().done) if (isTimeUp()) return 'more'
    return 'done'
  })

/** For loops that wait: awaited at each step, it gives others a turn when a slice is over. */
export function slicer(): () => Promise<void> | null {
  let until = performance.now() + SLICE_MS
  return () => {
    if (performance.now() < until) return null
    return nextTurn().then(() => {
      until = performance.now() + SLICE_MS
    })
  }
}
