/** Who may do what: the single table, for the fold that decides and for the screens that explain. */
import { ROLES, type Role } from '../contract/index.js'

/** Each kind of operation is an action; so the fold asks by the kind it has in hand. */
export const ACTIONS = [
  'setBook',
  'invite',
  'revokeInvite',
  'admit',
  'createAccount',
  'editAccount',
  'post',
  'amend',
  'void'
] as const
export type Action = (typeof ACTIONS)[number]

/** `own`: only on transactions whose first version this member posted. */
export type Right = 'all' | 'own' | 'none'

const everything = Object.fromEntries(ACTIONS.map((action) => [action, 'all'])) as Record<Action, Right>

const RIGHTS: Readonly<Record<Role, Readonly<Record<Action, Right>>>> = {
  owner: everything,
  contributor: {
    setBook: 'none',
    invite: 'none',
    revokeInvite: 'none',
    admit: 'none',
    createAccount: 'all',
    editAccount: 'all',
    post: 'all',
    amend: 'own',
    void: 'own'
  }
}

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text)

/** The right of a role to an action. */
export const rightOf = (role: Role, action: Action): Right => RIGHTS[role][action]

/** Whether a role may take the action on something of its own, or of someone else's. */
export function may(role: Role, action: Action, whose: 'own' | 'others'): boolean {
  const right = rightOf(role, action)
  return right === 'all' || (right === 'own' && whose === 'own')
}
