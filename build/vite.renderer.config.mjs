/** How the page is bundled: one relative folder that the desktop app and the web host both serve. */
import path from 'node:path'
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte'
import { root } from './scripts/parts.mjs'

/**
 * @param {string} outDir
 * @returns {import('vite').InlineConfig}
 */
export const rendererConfig = (outDir) => ({
  root: path.join(root, 'renderer'),
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  base: './',
  plugins: [svelte({ configFile: false, preprocess: vitePreprocess() })],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'chrome114',
    // The page's policy allows no inline script and no data address for scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000
  }
})
