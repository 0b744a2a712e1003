/** `npm run sim` and `npm run sim:soak`: builds the simulator and runs it; see test/sim/README.md. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { out, root } from './parts.mjs'

if (await buildParts(['sim'])) {
  const script = path.join(out, 'sim', 'sim.cjs')
  const child = spawn(process.execPath, [script, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
  child.on('exit', (code) => (process.exitCode = code ?? 1))
} else {
  process.exitCode = 1
}
