/**
 * How the parts that run in Node are bundled: Electron's main process and preload, the engine, the command line.
 * They become CommonJS, because Electron before 28 cannot start from an ES module.
 */
import path from 'node:path'
import { builtinModules } from 'node:module'
import { root } from './scripts/parts.mjs'

/**
 * Packages that stay outside: native modules, and what shares classes or state with them. All of them are CommonJS.
 * Everything else is bundled, ES modules because `require` cannot load them on Node 18, the rest because one file
 * starts faster than many.
 */
export const EXTERNAL_PACKAGES = [
  'autobase',
  'b4a',
  'compact-encoding',
  'corestore',
  'fs-native-extensions',
  'hyperbee',
  'hypercore',
  'hypercore-crypto',
  'hypercore-id-encoding',
  'hypercore-storage',
  'hyperdht',
  'hyperswarm',
  'protomux',
  'rocksdb-native',
  'sodium-universal',
  'udx-native',
  'ws',
  'z32'
]

const external = [
  'electron',
  ...builtinModules,
  /^node:/,
  ...EXTERNAL_PACKAGES.flatMap((name) => [name, new RegExp(`^${name}/`)])
]

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
