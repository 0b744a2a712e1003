/** Which parts of the program have run: V8's own block coverage, as its inspector tells it. */
import { Session } from 'node:inspector'

interface Script {
  readonly scriptId: string
  readonly url: string
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number
      readonly endOffset: number
      readonly count: number
    }[]
  }[]
}

export class Coverage {
  readonly #session = new Session()

  /** `isOurs`: whether a script, by its address, is one whose parts count. */
  constructor(private readonly isOurs: (url: string) => boolean) {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** The parts that have run since the last look. */
  look(): string[] {
    const { result } = this.#post('Profiler.takePreciseCoverage') as { result: readonly Script[] }
    const parts: string[] = []
    for (const { scriptId, url, functions } of result) {
      if (!this.isOurs(url)) continue
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) parts.push(`${scriptId} ${startOffset} ${endOffset}`)
    }
    return parts
  }

  end(): void {
    this.#post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  /** The inspector of one's own thread answers at once. */
  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown = null
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
}
