/** `npm run check`: everything that judges the source without running it. */
import { fileURLToPath } from 'node:url'
import { run, tool } from './run.mjs'

const CHECKS = [
  ['types', 'tsc', ['-p', '.']],
  [
    'types in views',
    'svelte-check',
    ['--tsconfig', './tsconfig.json', '--output', 'human', '--threshold', 'error']
  ],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  [
    'import rules',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'core', 'electron', 'renderer', 'test']
  ]
]

/** @returns {Promise<boolean>} whether all of them are content; prints only what is wrong, and a line for each */
export async function check() {
  let succeeded = true
  // Two at a time: each keeps one processor busy.
  const waiting = [...CHECKS]
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, command, args] = next
      const code = await run(tool(command), args, { output: 'on-failure' })
      console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${name}`)
      if (code !== 0) succeeded = false
    }
  }
  await Promise.all([worker(), worker()])
  return succeeded
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await check()) ? 0 : 1
