/** Questions about the trees of logs that two peers ask each other: answered one after the other, in their order. */
import type { AskMessage, NodesMessage } from './messages.js'

/** Questions that wait for an answer, on either side. */
const MOST_QUESTIONS = 256

export interface QuestionsOptions {
  send(question: AskMessage): void
  reply(nodes: NodesMessage): void
  answer(question: AskMessage): Promise<NodesMessage>
}

export class Questions {
  /** Those that wait for an answer, the first one first. */
  readonly #asked: ((nodes: NodesMessage | null) => void)[] = []
  #answering: Promise<void> = Promise.resolve()
  #toAnswer = 0

  constructor(private readonly o: QuestionsOptions) {}

  /** null if the other side does not say. */
  ask(question: AskMessage): Promise<NodesMessage | null> {
    if (this.#asked.length >= MOST_QUESTIONS) return Promise.resolve(null)
    this.o.send(question)
    return new Promise((resolve) => this.#asked.push(resolve))
  }

  /** An answer came; `unasked`: to no question. */
  answered(nodes: NodesMessage): 'asked' | 'unasked' {
    const asked = this.#asked.shift()
    asked?.(nodes)
    return asked ? 'asked' : 'unasked'
  }

  /** A question came. */
  asked(question: AskMessage): 'taken' | 'too-many' {
    if (this.#toAnswer >= MOST_QUESTIONS) return 'too-many'
    this.#toAnswer++
    this.#answering = this.#answering.then(async () => {
      const nodes = await this.o.answer(question)
      this.#toAnswer--
      this.o.reply(nodes)
    })
    return 'taken'
  }

  /** No more answers come. */
  end(): void {
    for (const asked of this.#asked.splice(0)) asked(null)
  }
}
