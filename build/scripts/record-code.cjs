/** Preloaded by compiled-code.mjs: writes down what V8 made of the files of a folder while the command was used. */
const { writeFileSync, existsSync, readFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const { Script } = require('node:vm')

const folder = path.join(process.env.GUILDBOOK_RECORD_CODE, path.sep)
const compile = Module.prototype._compile
const scripts = new Map()

Module.prototype._compile = function (text, fileName) {
  if (!fileName.startsWith(folder)) return compile.call(this, text, fileName)
  const kept = `${fileName}.code`
  // What earlier runs called is kept.
  const cachedData = existsSync(kept) ? readFileSync(kept) : undefined
  const script = new Script(Module.wrap(text), { filename: fileName, cachedData })
  scripts.set(kept, script)
  const require = Module.createRequire(fileName)
  return script
    .runInThisContext()
    .call(this.exports, this.exports, require, this, fileName, path.dirname(fileName))
}

process.on('exit', () => {
  for (const [kept, script] of scripts) writeFileSync(kept, script.createCachedData())
})
