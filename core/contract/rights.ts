/** Who may do what: the single table, for the fold that decides and for the screens that explain. */
import type { Role } from './rows.js'

/** Each kind of operation is an action; so the fold asks by the kind it has in hand. */
export const ACTIONS = [
  'setBook',
  'invite',
  'revokeInvite',
  'admit',
  'setRole',
  'remove',
  'revokeDevice',
  'nameDevice',
  'rotate',
  'createAccount',
  'editAccount',
  'post',
  'amend',
  'void',
  'adopt',
  'comment'
] as const
export type Action = (typeof ACTIONS)[number]

/** `own`: one's own transactions, devices, or membership. */
export type Right = 'all' | 'own' | 'none'

const EVERYTHING: Readonly<Record<Action, Right>> = {
  setBook: 'all',
  invite: 'all',
  revokeInvite: 'all',
  admit: 'all',
  setRole: 'all',
  remove: 'all',
  revokeDevice: 'all',
  nameDevice: 'all',
  rotate: 'all',
  createAccount: 'all',
  editAccount: 'all',
  post: 'all',
  amend: 'all',
  void: 'all',
  adopt: 'all',
  comment: 'all'
}

/** What everyone but an owner may do about people: leave, and look after their own devices. */
const ONESELF = {
  setBook: 'none',
  invite: 'none',
  revokeInvite: 'none',
  admit: 'none',
  setRole: 'none',
  remove: 'own',
  revokeDevice: 'own',
  nameDevice: 'own',
  rotate: 'none'
} as const

export const RIGHTS: Readonly<Record<Role, Readonly<Record<Action, Right>>>> = {
  owner: EVERYTHING,
  bookkeeper: { ...EVERYTHING, ...ONESELF },
  contributor: { ...EVERYTHING, ...ONESELF, amend: 'own', void: 'own', adopt: 'none' },
  viewer: {
    ...EVERYTHING,
    ...ONESELF,
    createAccount: 'none',
    editAccount: 'none',
    post: 'none',
    amend: 'none',
    void: 'none',
    adopt: 'none'
  }
}

/** Whether a role may take the action on something of its own, or of someone else's. */
export function may(role: Role, action: Action, whose: 'own' | 'others'): boolean {
  const right = RIGHTS[role][action]
  return right === 'all' || (right === 'own' && whose === 'own')
}
