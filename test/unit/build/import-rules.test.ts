import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../..')

/** A file, one import in it that its room forbids, and the rule that must say so. */
const OFFENCES: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['core/contract/a.ts', '../domain/a.js', 'contract-imports-nothing'],
  ['core/contract/b.ts', 'valibot', 'contract-imports-nothing'],
  ['core/domain/b.ts', '../ops/a.js', 'domain-imports-only-its-own'],
  ['core/domain/c.ts', 'node:fs', 'pure-rooms-use-no-node-modules'],
  ['core/ops/b.ts', '../book/a.js', 'ops-imports-only-its-own'],
  ['core/identity/b.ts', '../ops/a.js', 'identity-imports-only-its-own'],
  ['core/authority/b.ts', '../log/a.js', 'authority-imports-only-its-own'],
  ['core/authority/c.ts', 'hypercore', 'pure-rooms-do-no-io'],
  ['core/book/b.ts', '../engine/a.js', 'book-imports-only-its-own'],
  ['core/book/c.ts', 'node:crypto', 'pure-rooms-use-no-node-modules'],
  ['core/book/d.ts', 'corestore', 'pure-rooms-do-no-io'],
  ['core/log/b.ts', '../sync/a.js', 'log-imports-only-its-own'],
  ['core/log/c.ts', '../book/a.js', 'log-imports-only-its-own'],
  ['core/sync/b.ts', '../engine/a.js', 'sync-imports-only-its-own'],
  ['core/exchange/b.ts', '../book/a.js', 'exchange-imports-only-its-own'],
  ['core/engine/b.ts', '../cli/a.js', 'engine-imports-only-its-own'],
  ['core/engine/c.ts', 'electron', 'core-knows-no-window'],
  ['core/cli/b.ts', '../../renderer/a.js', 'cli-imports-only-its-own'],
  ['electron/b.ts', '../core/engine/a.js', 'electron-imports-only-the-contract'],
  ['renderer/b.ts', '../core/domain/a.js', 'renderer-imports-only-the-contract'],
  ['renderer/c.ts', '../electron/a.js', 'renderer-imports-only-the-contract'],
  ['renderer/d.ts', 'node:path', 'renderer-uses-no-node'],
  ['core/log/d.ts', '../../test/a.js', 'no-tests-in-the-product'],
  ['core/sync/c.ts', './d.js', 'no-circles'],
  ['core/sync/e.ts', './nowhere.js', 'no-unresolved']
]

/** Imports that every room may make: none of them may be reported. */
const ALLOWED: readonly (readonly [file: string, imports: string])[] = [
  ['core/domain/ok.ts', '../contract/a.js'],
  ['core/book/ok.ts', '../ops/a.js'],
  ['core/log/ok.ts', 'hypercore'],
  ['core/sync/ok.ts', '../log/a.js'],
  ['core/engine/ok.ts', '../sync/a.js'],
  ['core/cli/ok.ts', '../engine/a.js'],
  ['electron/ok.ts', '../core/contract/a.js'],
  ['renderer/ok.ts', '../core/contract/a.js']
]

/** A circle is reported at one of its files only. */
const OTHER_HALF_OF_THE_CIRCLE = ['core/sync/d.ts', './c.js'] as const

const ROOMS = [
  'core/contract',
  'core/domain',
  'core/ops',
  'core/identity',
  'core/authority',
  'core/book',
  'core/log',
  'core/sync',
  'core/exchange',
  'core/engine',
  'core/cli',
  'electron',
  'renderer',
  'test'
]

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

describe('import rules', () => {
  let folder = ''
  let violations: readonly Violation[] = []

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'guildbook-rules-'))
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      await cp(path.join(root, file), path.join(folder, file))
    }
    for (const room of ROOMS) {
      await mkdir(path.join(folder, room), { recursive: true })
      await writeFile(path.join(folder, room, 'a.ts'), 'export const a = 1\n')
    }
    for (const [file, imports] of [...OFFENCES, ...ALLOWED, OTHER_HALF_OF_THE_CIRCLE]) {
      await writeFile(path.join(folder, file), `import * as a from '${imports}'\nexport { a }\n`)
    }
    const cruiser = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
    const args = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
    const report = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [...args, 'core', 'electron', 'renderer', 'test'],
        { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
        (_error, stdout) => resolve(stdout)
      )
    })
    const parsed = JSON.parse(report) as { summary: { violations: readonly Violation[] } }
    violations = parsed.summary.violations
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each(OFFENCES)('%s may not import %s (%s)', (file, _imports, rule) => {
    const reported = violations.filter((violation) => violation.from === file)
    expect(reported.map((violation) => violation.rule.name)).toContain(rule)
  })

  it.each(ALLOWED)('%s may import %s', (file) => {
    expect(violations.filter((violation) => violation.from === file)).toEqual([])
  })
})
