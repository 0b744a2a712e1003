/** `create`, `books`, `export`: books as a whole. */
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import { Option } from 'commander'
import type { Command } from 'commander'
import { TEMPLATES, refuse } from '../../contract/index.js'
import type { EngineApi, Template } from '../../contract/index.js'
import { parseCurrency } from '../amounts.js'
import { runs } from '../cli.js'
import type { Cli } from '../cli.js'
import { bookJson } from '../json.js'
import { answer, table } from '../output.js'

export function bookCommands(program: Command): void {
  program
    .command('create')
    .description('make a new book')
    .argument('<name>', 'what the book is called')
    .requiredOption('--currency <code>', 'the currency it is mostly kept in, such as EUR')
    .addOption(new Option('--template <name>', 'accounts to begin with').choices(TEMPLATES))
    .option('--name <name>', 'your name, as others will see it')
    .action(runs(create))

  program.command('books').description('list the books in the data folder').action(runs(books))

  program
    .command('export')
    .description('write the whole book as text')
    .addOption(
      new Option('--format <format>', 'hledger: a journal that hledger and ledger read')
        .choices(['hledger', 'json'])
        .default('hledger')
    )
    .option('--output <file>', 'a file instead of standard output')
    .action(runs(exportBook))
}

const create = async (
  cli: Cli,
  name: string,
  options: { readonly currency: string; readonly template?: Template; readonly name?: string }
) => {
  const currency = parseCurrency(options.currency)
  if (!currency.ok) return currency
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const book = await engine.value.api.createBook({
    name,
    currency: currency.value,
    memberName: options.name ?? (await usualName(engine.value.api)),
    ...(options.template ? { template: options.template } : {})
  })
  if (!book.ok) return book
  return answer(bookJson(book.value), () => `Created ${book.value.name}: ${book.value.book}`)
}

/** The name that this person goes by: from the settings, else from the system. */
export async function usualName(api: EngineApi): Promise<string> {
  const settings = await api.settings({})
  if (settings.ok && settings.value.memberName !== '') return settings.value.memberName
  try {
    return os.userInfo().username
  } catch {
    return os.hostname()
  }
}

const books = async (cli: Cli) => {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const found = await engine.value.api.books({})
  if (!found.ok) return found
  return answer(found.value.map(bookJson), () =>
    table(
      found.value.map((book) => [book.name, book.currency, `${book.transactions}`, book.book]),
      ['left', 'left', 'right', 'left']
    )
  )
}

const exportBook = async (
  cli: Cli,
  options: { readonly format: 'hledger' | 'json'; readonly output?: string }
) => {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const text = await api.exportBook({ book: book.book, format: options.format })
  if (!text.ok) return text
  if (options.output === undefined)
    return answer({ format: options.format, text: text.value }, () => text.value)
  try {
    await writeFile(options.output, text.value)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return refuse('STORAGE_FAILED', `Cannot write ${options.output}: ${reason}`, { file: options.output })
  }
  return answer({ format: options.format, file: options.output }, () => `Wrote ${options.output}`)
}
