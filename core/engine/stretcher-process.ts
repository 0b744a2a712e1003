/**
 * Stretches one passphrase in a process of its own, and ends (decision 0010). The desktop app hands it a port; the
 * command speaks to it through its standard input and output. Nothing else is told or kept.
 */
import { Buffer } from 'node:buffer'
import { stretchHere } from './argon2.js'
import type { PortLike } from './channel-transports.js'
import { readQuestion, type StretchAnswer, type StretchQuestion } from './stretcher-wire.js'

/** What Electron gives a utility process to speak to its parent. */
interface ParentPort {
  on(event: 'message', listener: (event: { ports: readonly PortLike[] }) => void): void
}

/** A process that is handed no question, or cannot hand over the answer, is of no use. */
const PATIENCE_MS = 60_000

function servePort(port: PortLike): void {
  port.on('message', (event) => {
    const { typed, stretching } = (event as { data: StretchQuestion }).data
    void answered(typed, stretching).then(
      (root) => port.postMessage({ root: new Uint8Array(root) } satisfies StretchAnswer),
      (error: unknown) => port.postMessage({ failed: String(error) } satisfies StretchAnswer)
    )
  })
  // The one who asked closes it when the answer is there, or goes away before.
  port.on('close', () => process.exit(0))
  port.start?.()
}

async function serveStreams(): Promise<void> {
  // Whoever asked decides what an interruption ends.
  process.on('SIGINT', () => {})
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const question = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  const { typed, stretching } = readQuestion(question)
  const root = await answered(typed, stretching)
  process.stdout.write(root, () => process.exit(0))
}

async function answered(typed: Uint8Array, stretching: StretchQuestion['stretching']): Promise<Uint8Array> {
  try {
    return await stretchHere(typed, stretching)
  } finally {
    typed.fill(0)
  }
}

setTimeout(() => process.exit(1), PATIENCE_MS).unref()
const { parentPort } = process as unknown as { readonly parentPort?: ParentPort }
if (parentPort) parentPort.on('message', ({ ports }) => ports[0] && servePort(ports[0]))
else void serveStreams()
