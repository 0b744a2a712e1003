/** Unit and property tests. Two projects, because the page's code resolves packages as a browser does. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const PAGE_TESTS = ['test/unit/renderer/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: ['test/**/*.test.ts'],
          exclude: [...PAGE_TESTS, 'node_modules/**']
        }
      },
      {
        extends: true,
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
        test: { name: 'page', include: PAGE_TESTS, environment: 'happy-dom' }
      }
    ]
  }
})
