/**
 * How many threads read and write files for this process. Libuv makes four: where there are fewer processors than that,
 * they take turns away from the thread that answers everybody. Imported before whatever uses them first.
 */
import { availableParallelism } from 'node:os'

const FEWEST = 2
const MOST = 4

process.env['UV_THREADPOOL_SIZE'] ??= `${Math.min(MOST, Math.max(FEWEST, availableParallelism()))}`
