/** What can happen in a simulated world, and how often. A step is plain numbers; the world says what it does to whom. */
import type { Random } from './random.js'

const WEIGHTS = {
  // what people do
  post: 20,
  batch: 4,
  amend: 12,
  void: 5,
  resolve: 8,
  addAccount: 5,
  editAccount: 6,
  renameBook: 3,
  /** Several people change the same at once. */
  clash: 8,
  invite: 3,
  revokeInvite: 2,
  admit: 9,
  setRole: 5,
  remove: 4,
  leave: 1,
  revokeDevice: 2,
  nameDevice: 1,
  /** Somebody links a second device by a code. */
  link: 5,
  /** Two owners undo each other. */
  quarrel: 4,
  adopt: 5,
  /** Two people adopt the same before they hear of each other. */
  adoptTwice: 12,
  comment: 3,
  /** What the app would not let them do, by an app that was tampered with. */
  overreach: 6,
  // what happens to their devices
  crash: 3,
  /** The power goes at one of the next moments of output. */
  crashSoon: 4,
  /** The power goes just when someone is told that an entry is saved. */
  crashWhenSaved: 3,
  /** One of the next outputs fails. */
  failDisk: 2,
  /** The folder is copied; an older copy takes its place. */
  copy: 4,
  restoreCopy: 3,
  /** A backup is restored as one more device of the same person. */
  restoreBackup: 2,
  start: 10,
  restart: 4,
  upgrade: 1,
  clock: 2,
  lie: 3,
  /** Somebody writes as if they had not seen what happened since. */
  backdate: 4,
  /** What one who broke the rules wrote is carried to others. */
  smuggle: 4,
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
