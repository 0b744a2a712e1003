/** A book of two honest people and one who is not, and what must hold whatever that one does. */
import { expect } from 'vitest'
import type { BookId, ErrorCode, LogId, Problem, Role } from '../../core/contract/index.js'
import { checkTransaction } from '../../core/domain/transaction.js'
import type { Operation } from '../../core/ops/operations.js'
import { valueOf } from './book-world.js'
import { converged, letIn, World, type Device } from './engines.js'
import { Rogue } from './rogue.js'

export interface Scene {
  readonly world: World
  readonly book: BookId
  /** The founder, and an owner. */
  readonly ada: Device
  /** A contributor. */
  readonly ben: Device
  /** The member who attacks. */
  readonly mallory: Rogue
  /** A posting that is as it should be, for Mallory to write. */
  post(payee: string): Extract<Operation, { kind: 'post' }>
  end(): Promise<void>
}

/** Ada's book, which she let Ben and Mallory into. All three are online. */
export async function openScene(role: Role = 'contributor'): Promise<Scene> {
  const world = await World.open()
  const [ada, ben, third] = [
    await world.device('Ada'),
    await world.device('Ben'),
    await world.device('Mallory')
  ]
  const book = await ada.createBook()
  await letIn(ada, book, ben, 'contributor')
  await letIn(ada, book, third, role)
  return sceneOf({ world, book, ada, ben, third })
}

/** The same of people who share a book already; the third one's device is Mallory's. */
export async function sceneOf(parts: {
  readonly world: World
  readonly book: BookId
  readonly ada: Device
  readonly ben: Device
  readonly third: Device
}): Promise<Scene> {
  const { world, book, ada, ben, third } = parts
  await converged(book, ada, ben, third)
  const draft = await ada.draft(book, '')
  const mallory = await Rogue.takeOver(third, world, book)
  mallory.goOnline()
  const end = async (): Promise<void> => {
    await mallory.end()
    await world.end()
  }
  const post: Scene['post'] = (payee) => ({ kind: 'post', ...valueOf(checkTransaction({ ...draft, payee })) })
  return { world, book, ada, ben, mallory, post, end }
}

/** Waits until a device reports this about a log; gives the report. */
export async function reported(
  device: Device,
  book: BookId,
  log: LogId,
  code: ErrorCode,
  index?: number
): Promise<Problem> {
  const isIt = (problem: Problem): boolean =>
    problem.log === log && problem.code === code && (index === undefined || problem.index === index)
  const { problems } = await device.until('syncStatus', { book }, (status) => status.problems.some(isIt))
  return problems.find(isIt) as Problem
}

let posted = 0

/** Each posts something, and the other gets it. */
export async function talkOn({ ada, ben, book }: Scene): Promise<void> {
  for (const [from, to] of [
    [ada, ben],
    [ben, ada]
  ] as const) {
    const payee = `Goes on, ${++posted}.`
    await from.post(book, payee)
    await to.until('journal', { book, limit: 1, filter: { search: payee } }, ({ total }) => total === 1)
  }
}

/** The same, and both have the same book. */
export async function goesOn(scene: Scene): Promise<void> {
  await talkOn(scene)
  await converged(scene.book, scene.ada, scene.ben)
}

/** Both honest devices report the log with this code at this entry, blame Mallory and nobody else, and go on. */
export async function onlySenderIsHurt(
  scene: Scene,
  log: LogId,
  code: ErrorCode,
  index?: number
): Promise<void> {
  const { ada, ben, book, mallory } = scene
  for (const device of [ada, ben]) {
    await reported(device, book, log, code, index)
  }
  await goesOn(scene)
  for (const device of [ada, ben]) {
    const { problems } = await device.status(book)
    for (const { member } of problems) expect([mallory.member, null]).toContain(member)
  }
}
