/** `npm run fuzz`: builds the fuzzer and runs it; see test/fuzz/README.md. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { out, root } from './parts.mjs'

if (await buildParts(['fuzz'])) {
  const script = path.join(out, 'fuzz', 'fuzz.cjs')
  const child = spawn(process.execPath, [script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
  child.on('exit', (code) => (process.exitCode = code ?? 1))
} else {
  process.exitCode = 1
}
