/** The shapes of requests that concern keys and backups. */
import * as v from 'valibot'
import { LIMITS, SAFEKEEPING_LIMITS, type RequestOf, type SafekeepingRequests } from '../../contract/index.js'

const text = (length: number) => v.pipe(v.string(), v.maxLength(length))
const optional = <S extends v.GenericSchema>(schema: S) => v.optional(v.union([schema, v.undefined_()]))

const nothing = v.strictObject({})
const passphrase = text(SAFEKEEPING_LIMITS.passphraseMost)
const phrase = text(SAFEKEEPING_LIMITS.phraseMost)
const path = v.pipe(text(SAFEKEEPING_LIMITS.pathMost), v.minLength(1))
const language = v.picklist(['en', 'zh-Hans'])
const yes = optional(v.literal('yes'))
const position = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(SAFEKEEPING_LIMITS.phraseWords))

export const SAFEKEEPING_SCHEMAS = {
  lockState: nothing,
  unlock: v.strictObject({ passphrase }),
  lock: nothing,
  stayUnlocked: nothing,
  setPassphrase: v.strictObject({ passphrase, current: optional(passphrase) }),
  removePassphrase: v.strictObject({ current: passphrase }),

  phraseState: nothing,
  showPhrase: v.strictObject({ language, passphrase: optional(passphrase), sure: yes }),
  confirmPhrase: v.strictObject({
    language,
    words: v.pipe(
      v.array(v.strictObject({ position, word: text(32) })),
      v.maxLength(SAFEKEEPING_LIMITS.phraseWords)
    )
  }),
  checkPhrase: v.strictObject({ phrase }),

  backup: v.strictObject({ path: optional(path), passphrase: optional(passphrase), replace: yes }),
  backupStatus: nothing,
  cancelBackup: nothing,
  inspectBackup: v.strictObject({ path }),
  restore: v.strictObject({
    path,
    by: v.union([v.strictObject({ phrase }), v.strictObject({ passphrase })])
  }),

  recover: v.strictObject({ phrase, memberName: optional(text(LIMITS.nameLength)) }),
  recoveries: nothing,
  stopRecovery: nothing
} satisfies { readonly [Name in keyof SafekeepingRequests]: v.GenericSchema<unknown, RequestOf<Name>> }
