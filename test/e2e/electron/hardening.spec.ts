/** Each point of the security checklist in Electron's documentation, asserted on the running app. */
import { expect, test } from './desktop.js'

test.describe('the page', () => {
  test('runs sandboxed, isolated and without Node', async ({ desktops }) => {
    const { app, page } = await desktops.open()
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>
      }
      return contents.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false
    })
    const globals = ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer']
    const found = await page.evaluate((names) => names.filter((name) => name in globalThis), globals)
    expect(found).toEqual([])
  })

  test('is offered exactly the bridge, frozen, and no way to a message of its own choice', async ({
    desktops
  }) => {
    const { page } = await desktops.open()
    const bridge = await page.evaluate(() => {
      const offered = (globalThis as unknown as { guildbook: Record<string, unknown> }).guildbook
      return { names: Object.keys(offered).sort(), frozen: Object.isFrozen(offered) }
    })
    expect(bridge).toEqual({
      names: ['chooseFile', 'onEngineState', 'onJoinLink', 'onMenu', 'platform', 'setAppearance'],
      frozen: true
    })
  })

  test('comes over its own scheme, never from a file, with a strict policy', async ({ desktops }) => {
    const { page } = await desktops.open()
    expect(page.url()).toMatch(/^guildbook-app:\/\/app\/index\.html/)
    const policy = await page.evaluate(async () => {
      const answer = await fetch(location.href)
      return answer.headers.get('content-security-policy')
    })
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:/)
  })

  test('cannot reach files outside of the built page', async ({ desktops }) => {
    const { page } = await desktops.open()
    const statuses = await page.evaluate(
      async (paths) => {
        const ask = (path: string) =>
          fetch(path).then(
            (answer) => answer.status,
            () => 'refused'
          )
        return Promise.all(paths.map(ask))
      },
      [
        '/../electron/main.cjs',
        '/%2e%2e/electron/main.cjs',
        '/..%2felectron%2fmain.cjs',
        '/%00',
        'guildbook-app://other/index.html',
        'file:///etc/passwd'
      ]
    )
    expect(statuses).toEqual([404, 404, 404, 'refused', 'refused', 'refused'])
  })

  test('runs no inline script, no eval and no remote script', async ({ desktops }) => {
    const { page } = await desktops.open()
    const blocked = await page.evaluate(async () => {
      const directives: string[] = []
      document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective))
      const inline = document.createElement('script')
      inline.textContent = 'globalThis.ranInline = true'
      const remote = document.createElement('script')
      remote.src = 'https://example.com/script.js'
      const frame = document.createElement('iframe')
      frame.src = 'https://example.com/'
      const style = document.createElement('style')
      style.textContent = 'body { display: none }'
      document.body.append(inline, remote, frame, style)
      const button = document.createElement('button')
      button.setAttribute('onclick', 'globalThis.ranHandler = true')
      button.click()
      // Only text that the page itself evaluates is judged; the debugger's is not.
      setTimeout('globalThis.ranEval = true', 0)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const ran = ['ranInline', 'ranHandler', 'ranEval'].filter((name) => name in globalThis)
      return {
        ran,
        directives: [...new Set(directives)].sort(),
        display: getComputedStyle(document.body).display
      }
    })
    expect(blocked.ran).toEqual([])
    expect(blocked.display).not.toBe('none')
    expect(blocked.directives).toEqual(
      expect.arrayContaining([
        'frame-src',
        'script-src',
        'script-src-attr',
        'script-src-elem',
        'style-src-elem'
      ])
    )
  })

  test('reaches no network, even where its policy is switched off', async ({ desktops }) => {
    const { app, page } = await desktops.open()
    const fetched = await page.evaluate(() =>
      fetch('https://example.com/').then(
        () => 'fetched',
        () => 'refused'
      )
    )
    expect(fetched).toBe('refused')
    const error = await app.evaluate(async ({ BrowserWindow }) => {
      const bare = new BrowserWindow({ show: false })
      const reason = await bare.loadURL('http://127.0.0.1:9/').then(
        () => 'loaded',
        (failure: Error) => failure.message
      )
      bare.destroy()
      return reason
    })
    expect(error).toContain('ERR_BLOCKED_BY_CLIENT')
  })
})

test.describe('windows and navigation', () => {
  test('the page cannot be led elsewhere, by itself or by a link', async ({ desktops }) => {
    const { app, page } = await desktops.open()
    const before = page.url()
    for (const address of [
      'https://example.com/',
      'file:///etc/passwd',
      'data:text/html,x',
      'javascript:void 0'
    ]) {
      await page.evaluate((to) => {
        const link = document.createElement('a')
        link.href = to
        document.body.append(link)
        link.click()
        link.remove()
        try {
          location.href = to
        } catch {
          // Some addresses are refused with an exception: as good.
        }
      }, address)
    }
    await page.waitForTimeout(300)
    // Asked of the window itself: the browser driver still waits for the navigations that were refused.
    const after = await app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      const script = 'document.querySelector("h1") !== null'
      return { address: contents?.getURL(), heading: await contents?.executeJavaScript(script) }
    })
    expect(after).toEqual({ address: before, heading: true })
  })

  test('no second window opens, and no webview is made', async ({ desktops }) => {
    const { app, page } = await desktops.open()
    const opened = await page.evaluate(() => {
      const webview = document.createElement('webview')
      webview.setAttribute('src', 'https://example.com/')
      document.body.append(webview)
      const link = document.createElement('a')
      link.href = 'https://example.com/'
      link.target = '_blank'
      document.body.append(link)
      link.click()
      return { window: window.open('about:blank'), webview: webview.constructor.name }
    })
    expect(opened).toEqual({ window: null, webview: 'HTMLElement' })
    await page.waitForTimeout(200)
    expect(app.windows()).toHaveLength(1)
  })
})

test('no permission is granted but copying', async ({ desktops }) => {
  const { page } = await desktops.open()
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'midi', 'camera', 'microphone', 'clipboard-read']
    const state = (name: string) =>
      navigator.permissions.query({ name: name as PermissionName }).then((status) => status.state)
    return Promise.all(names.map(state))
  })
  expect(new Set(states)).toEqual(new Set(['denied']))
  await page.bringToFront()
  const copied = await page.evaluate(() =>
    navigator.clipboard.writeText('invite').then(
      () => 'copied',
      (error: Error) => error.message
    )
  )
  expect(copied).toBe('copied')
})

test('a message of a page that is not ours is not listened to', async ({ desktops }) => {
  const { app, page } = await desktops.open()
  const themes = await app.evaluate(async ({ BrowserWindow, app: running, ipcMain, nativeTheme }) => {
    const path = process.getBuiltinModule?.('node:path') ?? { join: (...parts: string[]) => parts.join('/') }
    nativeTheme.themeSource = 'system'
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { sandbox: true, preload: path.join(running.getAppPath(), 'out/electron/preload.cjs') }
    })
    let heard = 0
    ipcMain.on('appearance', () => heard++)
    await stranger.loadURL('data:text/html,<p>stranger</p>')
    await stranger.webContents.executeJavaScript(
      "guildbook.setAppearance({ language: 'en', theme: 'dark' }); new Promise((done) => setTimeout(done, 200))"
    )
    const afterStranger = { heard: heard as number, theme: nativeTheme.themeSource }
    stranger.destroy()
    return afterStranger
  })
  expect(themes).toEqual({ heard: 1, theme: 'system' })
  const send = (theme: unknown) =>
    page.evaluate((wanted) => {
      const { guildbook } = globalThis as unknown as { guildbook: { setAppearance(value: unknown): void } }
      guildbook.setAppearance({ language: 'en', theme: wanted })
    }, theme)
  const theme = () => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)
  await send('purple')
  await page.waitForTimeout(100)
  expect(await theme()).toBe('system')
  await send('dark')
  await expect.poll(theme).toBe('dark')
})
