/** The parts that a build is made of: what each is made from, and what it becomes under `out/`. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(fileURLToPath(new URL('.', import.meta.url)), '../..')
export const out = path.join(root, 'out')

const STRETCHER = { entry: 'core/engine/stretcher-process.ts', fileName: 'stretcher.cjs', chunks: 'one-file' }

/**
 * `entries` are bundled one after the other into `out/<name>/`; `inputs` are the files and folders that a change of
 * makes the part old. `code: 'compiled'` keeps beside the files what V8 compiles them to.
 */
export const PARTS = {
  engine: {
    inputs: ['core'],
    entries: [{ entry: 'core/engine/utility-process.ts', fileName: 'engine.cjs', chunks: 'lazy' }, STRETCHER]
  },
  electron: {
    inputs: ['electron', 'core/contract'],
    entries: [
      { entry: 'electron/main.ts', fileName: 'main.cjs', chunks: 'one-file' },
      // A sandboxed preload can require nothing but electron: it has to be one file.
      { entry: 'electron/preload.ts', fileName: 'preload.cjs', chunks: 'one-file' }
    ]
  },
  cli: {
    inputs: ['core'],
    entries: [
      { entry: 'core/cli/start.ts', fileName: 'guildbook.cjs', chunks: 'lazy', banner: '#!/usr/bin/env node' },
      STRETCHER
    ],
    code: 'compiled'
  },
  renderer: { inputs: ['renderer', 'core/contract'], entries: [] },
  bench: {
    inputs: ['core', 'test/bench', 'test/helpers'],
    entries: [
      { entry: 'test/bench/main.ts', fileName: 'bench.cjs', chunks: 'one-file' },
      { entry: 'test/bench/blocked.ts', fileName: 'blocked.cjs', chunks: 'one-file' }
    ]
  },
  sim: {
    inputs: ['core', 'test/sim'],
    entries: [{ entry: 'test/sim/main.ts', fileName: 'sim.cjs', chunks: 'lazy' }]
  },
  fuzz: {
    inputs: ['core', 'test/fuzz', 'test/helpers'],
    entries: [{ entry: 'test/fuzz/main.ts', fileName: 'fuzz.cjs', chunks: 'one-file' }]
  }
}

/** What the app, the command and the tests need; `bench`, `sim` and `fuzz` are built when they are asked for. */
export const DEFAULT_PARTS = ['engine', 'electron', 'cli', 'renderer']
