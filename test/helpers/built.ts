/** The built command, for tests that run it as people do. Built when what it is made from has changed. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const COMMAND = path.join(ROOT, 'out/cli/guildbook.cjs')

/** Builds the command if it is older than its sources. */
export async function buildCommand(): Promise<void> {
  const build = spawn(process.execPath, [path.join(ROOT, 'build/scripts/build.mjs'), 'cli'], {
    stdio: 'inherit'
  })
  const code = await new Promise((resolve) => build.on('exit', resolve))
  if (code !== 0) throw new Error('The command cannot be built.')
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What stdout held as JSON; throws if it is none. */
  readonly json: unknown
}

/** A command that is running. */
export interface Running {
  readonly process: ChildProcess
  /** Resolves when it has ended and said everything. */
  readonly ended: Promise<Ran>
  /** The first line that it prints. */
  firstLine(): Promise<string>
}

/** Starts `guildbook` with these arguments; `env` comes on top of a bare environment. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  command = COMMAND
): Running {
  const child = spawn(process.execPath, [command, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (code) => {
      resolve({
        code,
        stdout,
        stderr,
        get json() {
          return JSON.parse(stdout) as unknown
        }
      })
    })
  })
  return {
    process: child,
    ended,
    async firstLine() {
      while (!stdout.includes('\n')) {
        if (child.exitCode !== null) throw new Error(`It ended without a line: ${stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return stdout.slice(0, stdout.indexOf('\n'))
    }
  }
}

/** Runs `guildbook` to its end. */
export const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  command = COMMAND
): Promise<Ran> => start(args, env, command).ended
