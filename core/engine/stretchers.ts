/** Has passphrases stretched by a process of its own: a child of this one, or one that the desktop app starts. */
import { spawn } from 'node:child_process'
import type { PortLike } from './channel-transports.js'
import type { Stretcher } from './passphrase.js'
import { ROOT_BYTES, writeQuestion, type StretchAnswer, type StretchQuestion } from './stretcher-wire.js'

/** `file` tells where stretcher-process.ts is, built. A child for each passphrase; it ends with its answer. */
export const childStretcher =
  (file: () => string): Stretcher =>
  async (typed, stretching) => {
    const { GUILDBOOK_PASSPHRASE: _passphrase, NODE_OPTIONS: _options, ...env } = process.env
    const child = spawn(process.execPath, [file()], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
      windowsHide: true
    })
    const question = writeQuestion({ typed, stretching })
    const root = Buffer.alloc(ROOT_BYTES)
    let received = 0
    child.stdout.on('data', (chunk: Buffer) => {
      received += chunk.copy(root, Math.min(received, ROOT_BYTES))
      chunk.fill(0)
    })
    // 'close' follows, and says that there is no answer.
    child.stdin.on('error', () => {})
    child.stdin.end(question, () => question.fill(0))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        if (code === 0 && received === ROOT_BYTES) resolve(root)
        else reject(new Error(`the process that stretches passphrases ended with ${code ?? signal}`))
      })
    })
  }

/** `open` brings the port of a new process, or rejects. */
export const portStretcher =
  (open: () => Promise<PortLike>): Stretcher =>
  async (typed, stretching) => {
    const port = await open()
    try {
      const answer = await new Promise<StretchAnswer>((resolve) => {
        port.on('message', (event) => resolve((event as { data: StretchAnswer }).data))
        port.on('close', () => resolve({ failed: 'the process that stretches passphrases has ended' }))
        port.start?.()
        // A copy: of a part of a larger buffer, all would be sent.
        const sent = new Uint8Array(typed)
        port.postMessage({ typed: sent, stretching } satisfies StretchQuestion)
        sent.fill(0)
      })
      if ('failed' in answer) throw new Error(answer.failed)
      return answer.root
    } finally {
      port.close()
    }
  }
