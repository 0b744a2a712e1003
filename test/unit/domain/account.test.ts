import { describe, expect, it } from 'vitest'
import { LIMITS, ROLES, TEMPLATES } from '../../../core/contract/index.js'
import { checkAccountCode, checkAccountName } from '../../../core/domain/account.js'
import { ACTIONS, may, rightOf } from '../../../core/domain/roles.js'
import { templateAccounts, type AccountSeed } from '../../../core/domain/templates.js'

describe('account names', () => {
  it.each(['Food', '餐饮', 'Opening balances', 'Café-Bar (2)', 'x'.repeat(LIMITS.nameLength)])(
    'takes %s',
    (name) => {
      expect(checkAccountName(name)).toEqual({ ok: true, value: name })
    }
  )

  it.each([
    '',
    ' ',
    'a:b',
    ' a',
    'a ',
    'a  b',
    'a\tb',
    'a\nb',
    'a \u00a0b',
    '\ud800',
    'x'.repeat(LIMITS.nameLength + 1)
  ])('refuses %j', (name) => {
    expect(checkAccountName(name).ok).toBe(false)
  })

  it('lets a code be empty, and short', () => {
    expect(checkAccountCode('').ok).toBe(true)
    expect(checkAccountCode('x'.repeat(LIMITS.codeLength + 1)).ok).toBe(false)
  })
})

describe('templates', () => {
  const all = (seeds: readonly AccountSeed[]): AccountSeed[] =>
    seeds.flatMap((seed) => [seed, ...all(seed.children)])

  it.each(TEMPLATES)('%s has the five types, proper names and one code each, in both languages', (template) => {
    const [english, chinese] = (['en', 'zh-Hans'] as const).map((language) =>
      all(templateAccounts(template, language))
    )
    expect(new Set(english?.map((seed) => seed.type)).size).toBe(5)
    expect(english?.map((seed) => seed.code)).toEqual(chinese?.map((seed) => seed.code))
    for (const seeds of [english!, chinese!]) {
      expect(new Set(seeds.map((seed) => seed.code)).size).toBe(seeds.length)
      for (const seed of seeds) {
        expect(checkAccountName(seed.name).ok).toBe(true)
        expect(new Set(seed.children.map((child) => child.name)).size).toBe(seed.children.length)
        expect(seed.children.every((child) => child.type === seed.type)).toBe(true)
      }
    }
    expect(chinese?.every((seed) => /^\p{Script=Han}+$/u.test(seed.name))).toBe(true)
  })
})

describe('roles', () => {
  it('say of each action what each role may do', () => {
    for (const action of ACTIONS) {
      expect(may('owner', action, 'others')).toBe(true)
      for (const role of ROLES) expect(['all', 'own', 'none']).toContain(rightOf(role, action))
    }
    expect(may('contributor', 'amend', 'own')).toBe(true)
    expect(may('contributor', 'amend', 'others')).toBe(false)
    expect(may('contributor', 'admit', 'own')).toBe(false)
    expect(may('contributor', 'editAccount', 'others')).toBe(true)
  })
})
