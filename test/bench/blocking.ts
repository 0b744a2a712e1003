/** The longest time for which an engine in a process of its own answers nobody, as its event loop sees it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Asked, Told } from './blocked.js'
import type { Result } from './report.js'
import { blockResult } from './report.js'

const COUNT = 100_000
/** Beside the bench's own. */
const PROGRAM = path.join(import.meta.dirname, 'blocked.cjs')

/** A process that was asked something. */
export interface Asking {
  readonly told: Promise<Told>
  /** Lets one go that waits for it; resolves when it has ended. */
  end(): Promise<void>
}

export function ask(asked: Asked): Asking {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(asked)], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const ended = once(child, 'close')
  let said = ''
  const told = new Promise<Told>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('\n')) resolve(JSON.parse(said) as Told)
    })
    void ended.then(([code]) => reject(new Error(`${asked.task} ended with ${code}`)))
  })
  return {
    told,
    async end() {
      child.stdin.end()
      await ended
    }
  }
}

const answer = async (asked: Asked): Promise<Told> => {
  const asking = ask(asked)
  const told = await asking.told
  await asking.end()
  return told
}

export async function measureBlocking(folder: string): Promise<Result[]> {
  const original = path.join(folder, 'original')
  const restored = path.join(folder, 'restored')
  const file = path.join(folder, 'large.guildbook-backup')
  const { blockedMs, book } = await answer({ task: 'import', folder: original, count: COUNT })
  if (!book) throw new Error('nothing was imported')
  const results = [blockResult('while 100,000 rows are imported', blockedMs)]
  const measure = async (task: Asked['task'], when: string, where = original): Promise<void> => {
    const told = await answer({ task, folder: where, book, file })
    results.push(blockResult(when, told.blockedMs))
  }
  await measure('open', 'while 100,000 transactions are opened')
  await measure('search', 'by the first search after that')
  await measure('register', 'by the first register of a subtree after that')
  await measure('balance', 'by the first balance at a date after that')
  await measure('backup', 'while they are backed up with a passphrase')
  await measure('restore', 'while that backup is restored', restored)
  await measure('unlock', 'while the folder is unlocked', restored)
  return results
}
