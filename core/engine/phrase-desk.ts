/** Shows the recovery phrase, and makes sure that it was written down. */
import { randomInt } from 'node:crypto'
import {
  SAFEKEEPING_LIMITS,
  done,
  refuse,
  type CheckedPhrase,
  type Outcome,
  type PhraseState,
  type RequestOf,
  type ShownPhrase
} from '../contract/index.js'
import { equalSecrets } from '../identity/bytes.js'
import { keyPairOf } from '../identity/keys.js'
import { isSameWord, phraseOf, readPhrase } from '../identity/phrase.js'
import { elsewhere, type Identity } from './identity-file.js'
import type { PersonGuard } from './person-guard.js'

export interface PhraseDeskOptions {
  readonly identity: Identity
  readonly guard: PersonGuard
  readonly changed: () => void
}

const { phraseAsked, phraseWords } = SAFEKEEPING_LIMITS

export class PhraseDesk {
  constructor(private readonly o: PhraseDeskOptions) {}

  state(): PhraseState {
    const { identity, guard } = this.o
    const { phrase } = identity
    if (phrase === 'elsewhere') return { state: phrase, needs: 'nothing' }
    // Before it was written down it must be easy to; a folder with a passphrase asks for it all the same.
    const isFree = phrase === 'unconfirmed' && guard.needs !== 'passphrase'
    return { state: phrase, needs: isFree ? 'nothing' : guard.needs }
  }

  async show({ language, passphrase, sure }: RequestOf<'showPhrase'>): Promise<Outcome<ShownPhrase>> {
    const { member } = this.o.identity
    if (!member) return elsewhere('Look for it where you wrote it down, or on the device that linked this one.')
    if (this.state().needs !== 'nothing') {
      const allowed = await this.o.guard.check({ passphrase, sure })
      if (!allowed.ok) return allowed
    }
    return done({ language, words: phraseOf(member.seed, language), ask: somePositions() })
  }

  async confirm({ language, words }: RequestOf<'confirmPhrase'>): Promise<Outcome<PhraseState>> {
    const { member } = this.o.identity
    if (!member) return elsewhere('Confirm it on the device that linked this one.')
    // Checked no more once it is confirmed: one word at a time, it would let itself be guessed.
    if (this.state().state === 'confirmed') return done(this.state())
    if (new Set(words.map(({ position }) => position)).size < phraseAsked) {
      return refuse('BAD_REQUEST', `Give at least ${phraseAsked} of its words.`)
    }
    const known = phraseOf(member.seed, language)
    const wrong = words.find(({ position, word }) => !isSameWord(word, known[position - 1] as string))
    if (wrong) {
      const { position } = wrong
      return refuse('PHRASE_WRONG', `Word ${position} is another one. Look again at what you wrote down.`, {
        position
      })
    }
    await this.o.identity.confirmPhrase()
    this.o.changed()
    return done(this.state())
  }

  check(phrase: string): Outcome<CheckedPhrase> {
    const read = readPhrase(phrase)
    if (!read.ok) return read
    const { seed, language } = read.value
    const isMine = equalSecrets(keyPairOf(seed).publicKey, this.o.identity.memberKey)
    return done({ language, whose: isMine ? 'mine' : 'another' })
  }
}

/** As many different positions, from 1, as are asked for; in order. */
function somePositions(): number[] {
  const positions = new Set<number>()
  while (positions.size < phraseAsked) positions.add(1 + randomInt(phraseWords))
  return [...positions].sort((a, b) => a - b)
}
