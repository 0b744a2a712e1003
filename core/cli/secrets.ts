/** What must not stand on a command line, where others could read it: asked for at the terminal, or read from a file. */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { done, refuse } from '../contract/index.js'
import type { Outcome } from '../contract/index.js'
import type { Cli } from './cli.js'
import { UsageError } from './output.js'

const MOST_BYTES = 4096
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

export const isAtTerminal = (): boolean => process.stdin.isTTY === true

/** The one line of a file (`-` is standard input), without its end. */
export async function secretIn(file: string): Promise<string> {
  const bytes = file === '-' ? await allOf(process.stdin) : await readFile(file).catch(unreadable(file))
  if (bytes.length > MOST_BYTES) throw new UsageError(`${file} is too long to be that`)
  return bytes.toString('utf8').replace(/\r?\n$/, '')
}

const unreadable =
  (file: string) =>
  (error: unknown): never => {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }

async function allOf(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** Asks at the terminal, showing nothing of what is typed. Refuses with CANCELLED on Ctrl-C. */
export async function askHidden(question: string): Promise<Outcome<string>> {
  // Before the question is there to be answered: what is typed until then would be shown.
  process.stdin.setRawMode(true)
  process.stderr.write(question)
  process.stdin.setEncoding('utf8')
  let typed = ''
  try {
    for await (const text of process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      for (const letter of text) {
        if (letter === '\r' || letter === '\n') return done(typed)
        if (letter === CTRL_C || letter === CTRL_D) return refuse('CANCELLED', 'Nothing was done.')
        if (letter === '\u007f' || letter === '\b') typed = [...typed].slice(0, -1).join('')
        else if (letter >= ' ') typed += letter
      }
    }
    return refuse('CANCELLED', 'Nothing was done.')
  } finally {
    process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stderr.write('\n')
  }
}

/** Asks at the terminal, in the open. Refuses with CANCELLED when the command is stopped. */
export async function ask(cli: Cli, question: string): Promise<Outcome<string>> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, history: [] })
  try {
    return done((await terminal.question(question, { signal: cli.signal })).trim())
  } catch {
    return refuse('CANCELLED', 'Nothing was done.')
  } finally {
    terminal.close()
  }
}

/** Asks whether to go on; `no` where nobody is at a terminal. */
export async function agreed(cli: Cli, question: string): Promise<'yes' | 'no'> {
  if (cli.output.form === 'json' || !isAtTerminal()) return 'no'
  const reply = await ask(cli, `${question} [y/N] `)
  return reply.ok && /^y(es)?$/i.test(reply.value) ? 'yes' : 'no'
}

/** A new passphrase: from a file, or asked for twice. */
export async function newPassphrase(file: string | undefined, what: string): Promise<Outcome<string>> {
  if (file !== undefined) return done(await secretIn(file))
  if (!isAtTerminal()) {
    return refuse(
      'PASSPHRASE_NEEDED',
      `Give the new passphrase for ${what} in a file (--new-passphrase-file), or at a terminal.`
    )
  }
  const first = await askHidden(`New passphrase for ${what}: `)
  if (!first.ok) return first
  const second = await askHidden('Once more: ')
  if (!second.ok) return second
  if (first.value !== second.value) return refuse('PASSPHRASE_WRONG', 'The two are not the same. Try again.')
  return first
}

/** A recovery phrase: from a file, from standard input, or typed at the terminal. */
export async function phraseFrom(cli: Cli, file: string | undefined): Promise<Outcome<string>> {
  if (file !== undefined) return done(await secretIn(file))
  if (!isAtTerminal()) return done(await secretIn('-'))
  return ask(cli, 'The 24 words of the recovery phrase: ')
}
