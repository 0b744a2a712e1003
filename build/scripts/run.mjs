/** Runs the project's tools one after the other, and says how each went. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { root } from './parts.mjs'

/** Path of a tool that npm installed. */
export const tool = (name) => path.join(root, 'node_modules/.bin', name)

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, output?: 'shown' | 'on-failure' }} [options]
 * @returns {Promise<number>} the exit code; 1 if it was ended by a signal or could not be started
 */
export function run(command, args, { env = {}, output = 'shown' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe']
    })
    const kept = []
    child.stdout?.on('data', (chunk) => kept.push(chunk))
    child.stderr?.on('data', (chunk) => kept.push(chunk))
    child.once('error', (error) => {
      console.error(`${path.basename(command)} could not be started: ${error.message}`)
      resolve(1)
    })
    child.once('close', (code) => {
      if (code !== 0 && output === 'on-failure') process.stdout.write(Buffer.concat(kept))
      resolve(code ?? 1)
    })
  })
}
