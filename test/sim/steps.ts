/** What can happen in a simulated world, and how often. A step is plain numbers; the world says what it does to whom. */
import type { Random } from './random.js'

const WEIGHTS = {
  // what people do
  post: 24,
  batch: 4,
  amend: 14,
  void: 4,
  resolve: 8,
  addAccount: 5,
  editAccount: 8,
  renameBook: 3,
  invite: 2,
  revokeInvite: 1,
  admit: 5,
  changeRole: 2,
  /** What the app would not let them do, by an app that was tampered with. */
  overreach: 3,
  // what happens to their devices
  crash: 4,
  start: 6,
  restart: 3,
  upgrade: 1,
  clock: 2,
  lie: 2,
  // what happens between them
  partition: 4,
  heal: 4,
  pace: 3
} as const

export type StepKind = keyof typeof WEIGHTS

export interface Step {
  readonly kind: StepKind
  /** Picks the device. */
  readonly peer: number
  /** Pick what it is done to. */
  readonly pick: number
  readonly other: number
  /** How long the world goes on afterwards. */
  readonly thenMs: number
}

const MOST = 1_000_000

export function drawStep(random: Random): Step {
  return {
    kind: random.weighted<StepKind>(WEIGHTS),
    peer: random.below(MOST),
    pick: random.below(MOST),
    other: random.below(MOST),
    thenMs: drawPause(random)
  }
}

/** Mostly at once, so that much is under way when the next thing happens; at times long enough for all to settle. */
function drawPause(random: Random): number {
  const kind = random.below(10)
  if (kind < 6) return random.below(30)
  return kind < 9 ? random.below(400) : random.below(30_000)
}
