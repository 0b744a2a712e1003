/** Makes sure that the person at the device is there and means it, with whatever this folder and this system offer. */
import { done, refuse, type Outcome, type PhraseState } from '../contract/index.js'
import type { KeyProtector } from './engine.js'
import type { Keyring } from './keyring.js'

export class PersonGuard {
  constructor(
    private readonly keyring: Keyring,
    private readonly keys: KeyProtector
  ) {}

  get needs(): Exclude<PhraseState['needs'], 'nothing'> {
    if (this.keyring.passphrase === 'set') return 'passphrase'
    return this.keys.confirmPerson ? 'person' : 'confirmation'
  }

  /** PASSPHRASE_NEEDED, PASSPHRASE_WRONG, PASSPHRASE_WAIT, NOT_CONFIRMED. */
  async check(given: {
    readonly passphrase?: string | undefined
    readonly sure?: 'yes' | undefined
  }): Promise<Outcome<null>> {
    if (this.needs === 'passphrase') {
      if (given.passphrase === undefined)
        return refuse('PASSPHRASE_NEEDED', 'This takes the passphrase of this folder.')
      return this.keyring.check(given.passphrase)
    }
    if (this.keys.confirmPerson) {
      const answer = await this.keys.confirmPerson()
      return answer === 'confirmed' ? done(null) : refuse('NOT_CONFIRMED', 'Nobody confirmed it.')
    }
    if (given.sure !== 'yes')
      return refuse('NOT_CONFIRMED', 'Say that you want this, and that nobody looks on.')
    return done(null)
  }
}
