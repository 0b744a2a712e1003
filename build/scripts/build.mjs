/**
 * `npm run build [-- --force] [part…]`: bundles the parts that are older than what they are made from.
 *
 * Each part is built beside its place and moved there whole, so that a build that fails, or runs while the app is
 * started, leaves what was there.
 */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_PARTS, PARTS, out, root } from './parts.mjs'

/** What every part depends on. */
const COMMON_INPUTS = [
  'build/scripts/parts.mjs',
  'build/scripts/compiled-code.mjs',
  'build/scripts/record-code.cjs',
  'build/vite.node.config.mjs',
  'build/vite.renderer.config.mjs'
]
const COMMON_FILES = ['package.json', 'package-lock.json', 'tsconfig.json']

/** @returns {Promise<string[]>} all files below a path, relative to the root, in a fixed order */
async function filesBelow(input) {
  const full = path.join(root, input)
  const info = await stat(full).catch(() => null)
  if (info === null) return []
  if (info.isFile()) return [input]
  const entries = await readdir(full, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort()
}

async function fingerprint(inputs) {
  const hash = createHash('sha256')
  hash.update(process.version)
  const lists = await Promise.all([...inputs, ...COMMON_INPUTS, ...COMMON_FILES].map(filesBelow))
  for (const file of lists.flat()) {
    hash.update(`${file}\0`)
    hash.update(await readFile(path.join(root, file)))
  }
  return hash.digest('hex')
}

async function bundle(name, outDir) {
  const { build } = await import('vite')
  if (name === 'renderer') {
    const { rendererConfig } = await import('../vite.renderer.config.mjs')
    await build(rendererConfig(outDir))
    return
  }
  const { nodeConfig } = await import('../vite.node.config.mjs')
  for (const entry of PARTS[name].entries) {
    await build(nodeConfig({ ...entry, outDir }))
    if (entry.banner) await chmod(path.join(outDir, entry.fileName), 0o755)
  }
  if (PARTS[name].code === 'compiled') await compile(path.join(outDir, PARTS[name].entries[0].fileName))
}

/** Without it, the command only starts slower: a machine that cannot run it here may still want the rest. */
async function compile(command) {
  const { leaveCompiledCode } = await import('./compiled-code.mjs')
  await leaveCompiledCode(command).catch((error) =>
    console.warn(`the command could not be tried: ${error.message}`)
  )
}

/** Two builds at once do the same, and the later one's result is as good. */
async function replace(place, beside, attempts = 5) {
  await rm(place, { recursive: true, force: true })
  try {
    await rename(beside, place)
  } catch (error) {
    if (attempts === 1 || !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error
    await replace(place, beside, attempts - 1)
  }
}

async function buildPart(name, { force }) {
  const stamp = await fingerprint(PARTS[name].inputs)
  const place = path.join(out, name)
  const stampFile = path.join(place, '.stamp')
  const before = await readFile(stampFile, 'utf8').catch(() => '')
  if (!force && before === stamp) return 'fresh'
  const beside = path.join(out, `.${name}-${process.pid}`)
  await mkdir(beside, { recursive: true })
  try {
    await bundle(name, beside)
    await writeFile(path.join(beside, '.stamp'), stamp)
    await replace(place, beside)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
  return 'built'
}

/**
 * @param {readonly string[]} names
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<boolean>} whether all of them are there and up to date
 */
export async function buildParts(names, { force = false } = {}) {
  let succeeded = true
  for (const name of names) {
    const begunMs = performance.now()
    try {
      const result = await buildPart(name, { force })
      if (result === 'built') console.log(`built ${name} in ${Math.round(performance.now() - begunMs)} ms`)
    } catch (error) {
      succeeded = false
      console.error(`could not build ${name}: ${error.message}`)
    }
  }
  return succeeded
}

async function main() {
  const args = process.argv.slice(2)
  const names = args.filter((arg) => !arg.startsWith('--'))
  const unknown = names.filter((name) => !(name in PARTS))
  if (unknown.length > 0) {
    console.error(`unknown part: ${unknown.join(', ')} (there are ${Object.keys(PARTS).join(', ')})`)
    process.exitCode = 2
    return
  }
  const succeeded = await buildParts(names.length > 0 ? names : DEFAULT_PARTS, {
    force: args.includes('--force')
  })
  if (!succeeded) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
