/**
 * Work in steps: a generator that stops after each, so that whoever drives it can let others have a turn. What it gives
 * does not depend on where it stops.
 */
export type Steps<Result = void> = Generator<void, Result>

/** All of it, without a stop. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** As many steps as there is time for, one at least. */
export function goOn(steps: Steps<unknown>, isTimeUp: () => boolean): 'more' | 'done' {
  for (;;) {
    if (steps.next().done) return 'done'
    if (isTimeUp()) return 'more'
  }
}
