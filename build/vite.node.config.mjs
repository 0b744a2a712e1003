/**
 * How the parts that run in Node are bundled: Electron's main process and preload, the engine, the command line.
 * They become CommonJS, because Electron before 28 cannot start from an ES module.
 */
import path from 'node:path'
import { builtinModules } from 'node:module'
import { root } from './scripts/parts.mjs'

/** Packages that stay outside: `ws` looks for optional native helpers at run time. */
const EXTERNAL_PACKAGES = ['ws']

const external = [
  'electron',
  ...builtinModules,
  /^node:/,
  ...EXTERNAL_PACKAGES.flatMap((name) => [name, new RegExp(`^${name}/`)])
]

const ADDON_BINDING = /\/node_modules\/([^/]+)\/binding\.js$/

/**
 * Native addons cannot be bundled, but the JavaScript around them can: one file starts much faster than a hundred.
 * The packages' own way to an addon tries many names and reads many files; the usual place is tried first.
 */
const nativeAddons = {
  name: 'native-addons',
  load(id) {
    const [, name] = ADDON_BINDING.exec(id.replaceAll('\\', '/')) ?? []
    if (!name) return null
    return `
      const { existsSync } = require('node:fs')
      const { createRequire } = require('node:module')
      const path = require('node:path')
      const requireHere = createRequire(__filename)
      const folders = requireHere.resolve.paths('${name}').map((folder) => path.join(folder, '${name}'))
      const folder = folders.find((folder) => existsSync(folder)) ?? folders[0]
      let addon
      try {
        addon = requireHere(path.join(folder, 'prebuilds', process.platform + '-' + process.arch, '${name}.node'))
      } catch {
        addon = requireHere(path.join(folder, 'binding.js'))
      }
      module.exports = addon`
  }
}

/**
 * @param {{ entry: string, outDir: string, fileName: string, chunks: 'one-file' | 'lazy', banner?: string }} part
 * @returns {import('vite').InlineConfig}
 */
export const nodeConfig = ({ entry, outDir, fileName, chunks, banner = '' }) => ({
  root,
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  publicDir: false,
  plugins: [nativeAddons],
  resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
  ssr: { target: 'node', noExternal: true, external: EXTERNAL_PACKAGES },
  build: {
    ssr: path.join(root, entry),
    outDir,
    emptyOutDir: false,
    target: 'node18',
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      external,
      output: {
        format: 'cjs',
        entryFileNames: fileName,
        chunkFileNames: 'chunks/[name]-[hash].cjs',
        banner: (chunk) => (chunk.isEntry ? banner : ''),
        codeSplitting: chunks === 'lazy'
      }
    }
  }
})
