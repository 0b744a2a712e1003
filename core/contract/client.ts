/** The two sides of a wire, and the typed client over it. Any channel that carries these two interfaces will do. */
import type { Changed } from './events.js'
import type { Outcome } from './outcome.js'
import type { EngineApi, RequestName } from './requests.js'

/** What the engine's end of a channel offers. */
export interface EngineWire {
  request(name: string, body: unknown): Promise<Outcome<unknown>>
}

/** What a client's end of a channel offers. */
export interface ClientWire {
  changed(event: Changed): void
}

/** Names of all requests. The type below fails to compile when one is missing. */
const NAMES = {
  appInfo: 1,
  settings: 1,
  changeSettings: 1,
  books: 1,
  createBook: 1,
  createSampleBook: 1,
  forgetBook: 1,
  renameBook: 1,
  accounts: 1,
  addAccount: 1,
  editAccount: 1,
  post: 1,
  postMany: 1,
  amend: 1,
  void: 1,
  resolve: 1,
  journal: 1,
  journalPosition: 1,
  register: 1,
  transaction: 1,
  findTransaction: 1,
  conflicts: 1,
  trialBalance: 1,
  payees: 1,
  exportBook: 1,
  syncStatus: 1,
  createInvite: 1,
  invites: 1,
  revokeInvite: 1,
  admissions: 1,
  admit: 1,
  refuseAdmission: 1,
  setRole: 1,
  removeMember: 1,
  leaveBook: 1,
  revokeDevice: 1,
  renameDevice: 1,
  notCounted: 1,
  adopt: 1,
  comment: 1,
  activity: 1,
  join: 1,
  joins: 1,
  cancelJoin: 1,
  readCode: 1,
  linkDevice: 1,
  deviceLinks: 1,
  withdrawDeviceLink: 1,
  confirmDevice: 1,
  refuseDevice: 1,
  lockState: 1,
  unlock: 1,
  lock: 1,
  stayUnlocked: 1,
  setPassphrase: 1,
  removePassphrase: 1,
  phraseState: 1,
  showPhrase: 1,
  confirmPhrase: 1,
  checkPhrase: 1,
  backup: 1,
  backupStatus: 1,
  cancelBackup: 1,
  inspectBackup: 1,
  restore: 1,
  recover: 1,
  recoveries: 1,
  stopRecovery: 1
} as const satisfies Record<RequestName, 1>

export const REQUEST_NAMES = Object.keys(NAMES) as readonly RequestName[]

/** A typed client over an untyped `request`. */
export function clientOver(wire: EngineWire): EngineApi {
  const entries = REQUEST_NAMES.map((name) => [name, (body: unknown) => wire.request(name, body)] as const)
  return Object.fromEntries(entries) as unknown as EngineApi
}
