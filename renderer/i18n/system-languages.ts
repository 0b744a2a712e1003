/**
 * The languages that the system prefers, well formed. On Linux, Chromium passes on what the environment says, and a
 * `LANG` of `C` becomes `en-US@posix`, which `Intl` refuses with an exception.
 */
export function systemLanguages(preferred: readonly string[] = window.navigator.languages): readonly string[] {
  return preferred.flatMap((tag) => {
    try {
      return Intl.getCanonicalLocales(tag.replace(/[@.].*$/, ''))
    } catch {
      return []
    }
  })
}
