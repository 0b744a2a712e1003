/** What goes on while a backup or a restore does: it is watched, and can be stopped. */
import type { BackupProgress } from '../contract/index.js'

export interface Run {
  readonly signal: AbortSignal
  tell(step: BackupProgress['step'], share: number): void
}

/** Thrown where it is noticed that a run was asked to stop. */
export class Cancelled extends Error {}

export function checkCancelled({ signal }: Run): void {
  if (signal.aborted) throw new Cancelled()
}
