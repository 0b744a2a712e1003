/** Roles, and what each may do: the table is the contract's, so that the screens explain what the fold decides. */
import { RIGHTS, ROLES, type Action, type Right, type Role } from '../contract/index.js'

export { ACTIONS, may } from '../contract/index.js'
export type { Action, Right } from '../contract/index.js'

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text)

/** The right of a role to an action. */
export const rightOf = (role: Role, action: Action): Right => RIGHTS[role][action]

/** Whether `role` has fewer rights than `other`; null: no member at all. */
export const isLower = (role: Role | null, other: Role | null): boolean => rank(role) > rank(other)

const rank = (role: Role | null): number => (role === null ? ROLES.length : ROLES.indexOf(role))
