/**
 * How accounts are shown: as a tree with unique paths, whatever concurrent moves and names made of it. A pure
 * function of the accounts' current fields:
 * - an account in a circle of parents stands at the top, and so does one that would stand deeper than the limit;
 * - of siblings with the same name, case aside, the one that came to it first keeps it, later ones get ` (2)`, ` (3)`.
 */
import { LIMITS, refuse, done, type AccountId, type Outcome } from '../contract/index.js'
import { comparePlaced, laterOf, type Account, type Placed } from './model.js'

export interface TreeNode {
  readonly account: Account
  readonly parent: TreeNode | null
  readonly children: readonly TreeNode[]
  /** 0 at the top. */
  readonly depth: number
  /** The last step of the path: the name, made unique. */
  readonly name: string
  readonly path: string
}

/** Text as it is compared where case does not matter. */
export const fold = (text: string): string =>
  (MAY_COMPOSE.test(text) ? text.normalize('NFC') : text).toLowerCase()

/** Below U+0300 nothing composes, and most texts are. */
const MAY_COMPOSE = /[^\u0000-\u02ff]/

export class AccountTree {
  /** Parents before children, siblings by code (those with one first), then by name. */
  readonly nodes: readonly TreeNode[]
  readonly #byId: ReadonlyMap<AccountId, TreeNode>
  readonly #byPath: ReadonlyMap<string, TreeNode>
  #byFoldedPath: Map<string, TreeNode[]> | null = null

  constructor(accounts: ReadonlyMap<AccountId, Account>) {
    const nodes: TreeNode[] = []
    plant(accounts, nodes)
    this.nodes = nodes
    this.#byId = new Map(nodes.map((node) => [node.account.id, node]))
    this.#byPath = new Map(nodes.map((node) => [node.path, node]))
  }

  node(id: AccountId): TreeNode | null {
    return this.#byId.get(id) ?? null
  }

  /** The path of an account; of one that is not there, its id. */
  path(id: AccountId): string {
    return this.#byId.get(id)?.path ?? id
  }

  /** The account and all below it. */
  under(id: AccountId): Set<AccountId> {
    const found = new Set<AccountId>()
    const walk = (node: TreeNode): void => {
      found.add(node.account.id)
      node.children.forEach(walk)
    }
    const top = this.#byId.get(id)
    if (top) walk(top)
    return found
  }

  /** By exact path, else by the only path that differs in case alone. */
  byPath(path: string): Outcome<TreeNode> {
    const exact = this.#byPath.get(path)
    if (exact) return done(exact)
    const alike = this.#folded().get(fold(path)) ?? []
    const [first, second] = alike
    if (first && !second) return done(first)
    if (first && second) {
      return refuse(
        'ACCOUNT_AMBIGUOUS',
        `"${path}" may be ${first.path} or ${second.path}; write it in full.`,
        { path }
      )
    }
    return refuse(
      'ACCOUNT_UNKNOWN',
      `There is no account "${path}"; see the list of accounts, or add it first.`,
      {
        path
      }
    )
  }

  #folded(): Map<string, TreeNode[]> {
    if (this.#byFoldedPath) return this.#byFoldedPath
    const folded = new Map<string, TreeNode[]>()
    for (const node of this.nodes) {
      const key = fold(node.path)
      folded.set(key, [...(folded.get(key) ?? []), node])
    }
    return (this.#byFoldedPath = folded)
  }
}

type Branches = Map<AccountId | null, Account[]>

/** Fills `nodes` in tree order. */
function plant(accounts: ReadonlyMap<AccountId, Account>, nodes: TreeNode[]): void {
  const circling = accountsInCircles(accounts)
  const branches: Branches = new Map()
  for (const account of accounts.values()) {
    const known = account.parent !== null && accounts.has(account.parent) && !circling.has(account)
    const parent = known ? account.parent : null
    const branch = branches.get(parent)
    if (branch) branch.push(account)
    else branches.set(parent, [account])
  }
  const top = branches.get(null) ?? []
  // Going down decides who stands too deep; those join the top, so their names are settled with the others'.
  const tops = [...top, ...tooDeep(top, branches)]
  grow(tops, null, branches, nodes)
}

/** Every account from which following parents leads back to itself. */
function accountsInCircles(accounts: ReadonlyMap<AccountId, Account>): Set<Account> {
  const circling = new Set<Account>()
  const settled = new Set<Account>()
  for (const start of accounts.values()) {
    const path: Account[] = []
    const onPath = new Set<Account>()
    let at: Account | undefined = start
    while (at && !settled.has(at) && !onPath.has(at)) {
      path.push(at)
      onPath.add(at)
      at = at.parent === null ? undefined : accounts.get(at.parent)
    }
    if (at && onPath.has(at)) for (const account of path.slice(path.indexOf(at))) circling.add(account)
    for (const account of path) settled.add(account)
  }
  return circling
}

/** Cuts the accounts that would stand deeper than the limit off their parents, and gives them. */
function tooDeep(top: readonly Account[], branches: Branches): Account[] {
  const cut: Account[] = []
  let level: readonly Account[] = top
  while (level.length > 0) {
    for (let depth = 1; depth < LIMITS.accountDepth; depth++) {
      level = level.flatMap((account) => branches.get(account.id) ?? [])
    }
    const next: Account[] = []
    for (const account of level) {
      next.push(...(branches.get(account.id) ?? []))
      branches.delete(account.id)
    }
    cut.push(...next)
    level = next
  }
  return cut
}

function grow(
  siblings: readonly Account[],
  parent: TreeNode | null,
  branches: Branches,
  nodes: TreeNode[]
): void {
  const named = uniqueNames(siblings)
  named.sort((a, b) => compareShown(a.account, b.account, a.name, b.name))
  for (const { account, name } of named) {
    const path = parent ? `${parent.path}:${name}` : name
    const children: TreeNode[] = []
    const node: TreeNode = { account, parent, children, depth: parent ? parent.depth + 1 : 0, name, path }
    if (parent) (parent.children as TreeNode[]).push(node)
    nodes.push(node)
    const below = branches.get(account.id)
    if (below) grow(below, node, branches, nodes)
  }
}

function compareShown(a: Account, b: Account, nameOfA: string, nameOfB: string): number {
  if (a.code !== b.code) {
    if (a.code === '') return 1
    if (b.code === '') return -1
    return a.code < b.code ? -1 : 1
  }
  const x = fold(nameOfA)
  const y = fold(nameOfB)
  return x === y ? comparePlaced(a, b) : x < y ? -1 : 1
}

function uniqueNames(siblings: readonly Account[]): { account: Account; name: string }[] {
  const byArrival = [...siblings].sort((a, b) => comparePlaced(arrival(a), arrival(b)))
  const taken = new Set<string>()
  const doubles: Account[] = []
  const named: { account: Account; name: string }[] = []
  for (const account of byArrival) {
    const name = fold(account.name)
    if (taken.has(name)) doubles.push(account)
    else named.push({ account, name: account.name })
    taken.add(name)
  }
  const numbers = new Map<string, number>()
  for (const account of doubles) {
    const folded = fold(account.name)
    let number = numbers.get(folded) ?? 1
    do number += 1
    while (taken.has(`${folded} (${number})`))
    numbers.set(folded, number)
    taken.add(`${folded} (${number})`)
    named.push({ account, name: `${account.name} (${number})` })
  }
  return named
}

/** When an account came to its name and its place: the later of the two. */
function arrival(account: Account): Placed {
  const name = account.fields.latest('name')
  const parent = account.fields.latest('parent')
  return name && parent ? laterOf(name, parent) : account
}
