/** `npm run bench [-- PART…]`: builds the benchmark and runs it; as a whole it writes test/bench/RESULTS.md. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { out, root } from './parts.mjs'

if (await buildParts(['bench', 'cli'])) {
  const script = path.join(out, 'bench', 'bench.cjs')
  const child = spawn(process.execPath, [script, root, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit'
  })
  child.on('exit', (code) => (process.exitCode = code ?? 1))
} else {
  process.exitCode = 1
}
