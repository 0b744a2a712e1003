/**
 * The wire schema of entries and log headers. Run by hand after a change: `node core/ops/schema/build.mjs`.
 *
 * Append-only: kinds, enum values and optional fields of kinds may be added at the end, together with a new
 * ENTRY_VERSION; nothing may be removed, reordered or changed in meaning. Structs that stand inside others are
 * `compact` (no frame, no growth): a posting with new fields would be a new kind.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import Hyperschema from 'hyperschema'

const SPEC = fileURLToPath(new URL('../spec', import.meta.url))

const required = (name, type, more = {}) => ({ name, type, required: true, ...more })
const optional = (name, type, more = {}) => ({ name, type, ...more })
const list = { array: true }
const own = (name) => `@guildbook/${name}`

const CONTENT = [
  required('date', 'uint'),
  required('payee', 'string'),
  required('postings', own('posting'), list),
  optional('note', 'string'),
  optional('tags', 'string', list)
]

function define(schema) {
  const guildbook = schema.namespace('guildbook')
  const values = (name, strings) => guildbook.register({ name, strings: true, enum: strings })
  const struct = (name, fields) => guildbook.register({ name, fields })
  const part = (name, fields) => guildbook.register({ name, compact: true, fields })

  values('role', ['owner', 'contributor', 'bookkeeper', 'viewer'])
  values('account-type', ['asset', 'liability', 'equity', 'income', 'expense'])
  values('account-state', ['open', 'closed'])
  values('approval', ['words', 'pre-approved'])

  // parts
  part('place', [required('log', 'uint'), required('index', 'uint'), required('operation', 'uint')])
  // currency: its three capitals, as bytes
  part('money', [required('amountMinor', 'int'), required('currency', 'uint24')])
  part('posting', [
    required('account', own('place')),
    required('amountMinor', 'int'),
    required('currency', 'uint24'),
    optional('value', own('money')),
    optional('note', 'string')
  ])
  // a field's new value, which may be empty; absent fields are left as they are
  part('text-change', [required('value', 'string')])
  part('place-change', [optional('value', own('place'))])

  // how much of a log counts: its number in the entry's table, and its length
  part('kept', [required('log', 'uint'), required('length', 'uint')])
  // a secret that only this member can open: 48 bytes, sealed
  part('sealed', [required('member', 'fixed32'), required('ephemeral', 'fixed32'), required('box', 'fixed64')])

  // an entry: head, table, then `operations` times { kind uint, body buffer }
  part('entry-head', [
    required('version', 'uint'),
    required('lamport', 'uint'),
    required('wallMs', 'uint'),
    required('operations', 'uint'),
    required('dependencies', 'uint')
  ])
  // other logs referred to: first those depended on, by ascending key, then others as they come up. Place.log 0 is
  // the entry's own log, k is logs[k - 1]; lengths[i] is what of logs[i] is depended on.
  part('entry-table', [required('logs', 'fixed32', list), required('lengths', 'uint', list)])

  // kinds of operations, in the order of their numbers, from 1
  struct('set-book', [optional('name', own('text-change')), optional('currency', 'uint24')])
  struct('invite', [
    required('invite', 'fixed32'),
    required('role', own('role')),
    required('expiresMs', 'uint')
  ])
  struct('revoke-invite', [required('invite', 'fixed32')])
  struct('admit', [
    required('member', 'fixed32'),
    required('role', own('role')),
    required('name', 'string'),
    optional('invite', 'fixed32')
  ])
  struct('create-account', [
    required('name', 'string'),
    required('type', own('account-type')),
    required('code', 'string'),
    optional('parent', own('place')),
    optional('currency', 'uint24')
  ])
  struct('edit-account', [
    required('account', own('place')),
    optional('name', own('text-change')),
    optional('parent', own('place-change')),
    optional('code', own('text-change')),
    optional('state', own('account-state'))
  ])
  struct('post', CONTENT)
  struct('amend', [required('replaces', own('place'), list), ...CONTENT])
  struct('void', [required('replaces', own('place'), list), required('reason', 'string')])

  // since version 2
  struct('open-invite', [
    required('invite', 'fixed32'),
    required('role', own('role')),
    required('expiresMs', 'uint'),
    required('uses', 'uint'),
    required('approval', own('approval')),
    required('sealed', own('sealed'), list)
  ])
  struct('set-role', [
    required('member', 'fixed32'),
    required('role', own('role')),
    required('kept', own('kept'), list)
  ])
  struct('remove', [
    required('member', 'fixed32'),
    required('reason', 'string'),
    required('kept', own('kept'), list),
    optional('notice', 'fixed64') // since version 3
  ])
  struct('revoke-device', [
    required('device', 'fixed32'),
    required('kept', own('kept'), list),
    optional('notice', 'fixed64')
  ])
  struct('name-device', [required('device', 'fixed32'), required('name', 'string')])
  struct('rotate', [required('sealed', own('sealed'), list)])
  struct('adopt', [required('place', own('place'))])
  struct('comment', [required('transaction', own('place')), required('text', 'string')])

  // block 0 of every log
  part('founding', [
    required('founder', 'fixed32'),
    required('nonce', 'fixed32'),
    required('createdMs', 'uint'),
    required('signature', 'fixed64')
  ])
  part('device', [
    required('member', 'fixed32'),
    required('device', 'fixed32'),
    required('deviceName', 'string'),
    required('platform', 'string'),
    required('createdMs', 'uint'),
    required('signature', 'fixed64')
  ])
  part('previous', [required('log', 'fixed32'), required('length', 'uint')])
  part('header', [
    required('format', 'uint'),
    required('founding', own('founding')),
    required('device', own('device')),
    required('segment', 'uint'),
    required('signature', 'fixed64'),
    optional('previous', own('previous'))
  ])
}

/**
 * What hyperschema generates is lenient: it ignores unknown flags and reads unknown enum values as null, so several
 * blocks would mean the same. Here, both are refused, and the primitives are our strict ones.
 */
function strict(code) {
  const FLAGS = /const flags = c\.(uint|uint8)\.decode\(state\)\n/
  const parts = code
    .replace("import { c } from 'hyperschema/runtime'", "import { c } from '../primitives.js'")
    .replaceAll('default: return null', "default: throw new Error('unknown enum value')")
    .split(/^(?=\/\/ @guildbook\/)/m)
  const done = parts
    .map(growing)
    .map((text) => text.replace(FLAGS, (_, type) => `const flags = c.${type}.flags(state, ${mask(text)})\n`))
  const result = done.join('')
  if (/flags = .*\.decode\(state\)/.test(result))
    throw new Error('a struct reads its flags in a way not known here')
  return result
}

/**
 * A struct that had no optional fields at first has no byte for their flags then: with none of the later ones it is
 * written as it always was, so that one value is still written in one way only.
 */
function growing(text) {
  const LATER = 'const flags = state.start < state.end ? c.uint.decode(state) : 0\n'
  if (!text.includes(LATER)) return text
  const flags = /const flags = (.*)\n/.exec(text)[1]
  return text
    .replace('state.end++ // max flag is 1 so always one byte\n', `if ((${flags}) !== 0) state.end++\n`)
    .replace('c.uint.encode(state, flags)\n', 'if (flags !== 0) c.uint.encode(state, flags)\n')
    .replace(LATER, `const flags = c.uint.laterFlags(state, ${mask(text)})\n`)
}

/** All flags that a struct's decoder knows at the version it reads. */
function mask(text) {
  const known = [...text.matchAll(/(?:version >= (\d+) && )?\(flags & (\d+)\) !== 0/g)]
  return known
    .map(([, version, flag]) => (version ? `(version >= ${version} ? ${flag} : 0)` : flag))
    .join(' | ')
}

/** Extends the schema that is in `folder`, if any, and writes it there with its encodings. */
export function build(folder) {
  const schema = Hyperschema.from(folder)
  define(schema)
  Hyperschema.toDisk(schema, folder, { esm: true })
  const code = path.join(folder, 'index.js')
  fs.writeFileSync(code, strict(fs.readFileSync(code, 'utf8')))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) build(SPEC)
