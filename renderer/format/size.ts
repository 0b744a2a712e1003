/** Sizes of files as people read them: `4.2 MB`. */
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const STEP = 1000

export function formatSize(bytes: number, locale: string): string {
  let [value, unit] = [bytes, 0]
  while (value >= STEP && unit < UNITS.length - 1) [value, unit] = [value / STEP, unit + 1]
  const digits = value < 10 && unit > 0 ? 1 : 0
  const format = {
    style: 'unit',
    unit: UNITS[unit],
    unitDisplay: 'short',
    maximumFractionDigits: digits
  } as const
  return new Intl.NumberFormat(locale, format).format(value)
}
