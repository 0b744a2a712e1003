/** Whole-app tests: the page in a browser through `guildbook serve`, and the desktop app. */
import { defineConfig } from '@playwright/test'

/** A browser that is already on the machine; without it, Playwright's own. */
const executablePath = process.env['GUILDBOOK_TEST_BROWSER']

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // Every test starts engines and windows of its own; two at a time is what a small machine bears.
  workers: 2,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env['CI'] !== undefined,
  // A window of a test server can lose the system's clipboard or focus; what fails twice is broken.
  retries: process.env['CI'] === undefined ? 0 : 1,
  projects: [
    {
      name: 'browser',
      testDir: 'test/e2e/browser',
      use: {
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        trace: 'retain-on-failure',
        launchOptions: { args: ['--no-sandbox'], ...(executablePath ? { executablePath } : {}) }
      }
    },
    { name: 'electron', testDir: 'test/e2e/electron', workers: 1 }
  ]
})
