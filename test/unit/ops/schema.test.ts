import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build } from '../../../core/ops/schema/build.mjs'

const SPEC = fileURLToPath(new URL('../../../core/ops/spec', import.meta.url))
/** The schema as it was when each version was first released. */
const RELEASED = fileURLToPath(new URL('../../fixtures/schema', import.meta.url))
const VERSIONS = [1, 2, 3]

let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'guildbook-schema-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const read = (name: string): string => readFileSync(name, 'utf8')

function expectTheCommitted(): void {
  for (const name of ['schema.json', 'index.js']) {
    expect(read(path.join(folder, name)), name).toBe(read(path.join(SPEC, name)))
  }
}

interface Definition {
  readonly name: string
  readonly flagsPosition?: number
  readonly fields?: readonly { readonly version: number; readonly required?: boolean }[]
  readonly enum?: readonly { readonly version: number }[]
}

/** A struct that has only what it needs has no place for flags. */
const grownTo = (fields: NonNullable<Definition['fields']>, flagsPosition = -1) => ({
  fields,
  flagsPosition: fields.every(({ required }) => required) ? -1 : flagsPosition
})

/** What a schema said when it was of that version. */
function asOf(version: number, text: string): readonly Definition[] {
  const { schema } = JSON.parse(text) as { schema: readonly Definition[] }
  const old = <T extends { version: number }>(parts: readonly T[]): readonly T[] =>
    parts.filter((part) => part.version <= version)
  return schema
    .map((each) => ({
      ...each,
      ...(each.fields && grownTo(old(each.fields), each.flagsPosition)),
      ...(each.enum && { enum: old(each.enum) })
    }))
    .filter((each) => (each.fields ?? each.enum ?? []).length > 0)
}

describe('the schema', () => {
  it('is what its source makes of what was released before', () => {
    writeFileSync(path.join(folder, 'schema.json'), read(path.join(RELEASED, 'version-2.json')))
    build(folder)
    expectTheCommitted()
  })

  it('is what its source makes of what is committed', () => {
    cpSync(SPEC, folder, { recursive: true })
    build(folder)
    expectTheCommitted()
  })

  it.each(VERSIONS)('still says what version %i said', (version) => {
    const released = read(path.join(RELEASED, `version-${version}.json`))
    const committed = read(path.join(SPEC, 'schema.json'))
    expect(asOf(version, committed)).toEqual(asOf(version, released))
  })

  it('needs nothing at run time but our primitives', () => {
    const imports = [...read(path.join(SPEC, 'index.js')).matchAll(/^import .* from '(.*)'$/gm)].map(
      (match) => match[1]
    )
    expect(imports).toEqual(['../primitives.js'])
  })
})
