/**
 * Compresses the page's files beside them (`page.js.br`, `page.js.gz`), so that the server never has to. They
 * get their file's time: that tells what is up to date.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs"
import { extname, join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { putWhole } from "./put-whole.mjs"

const folder = "web"
const texts = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".wasm"])
const compressed = {
  ".br": (bytes) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
      }
    }),
  ".gz": (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION })
}

for (const name of readdirSync(folder, { recursive: true })) {
  const file = join(folder, name)
  const ending = extname(name)
  if (Object.hasOwn(compressed, ending) && !existsSync(file.slice(0, -ending.length)))
    rmSync(file, { force: true })
  if (!texts.has(ending)) continue
  const { atime, mtimeMs, mtime } = statSync(file)
  const bytes = readFileSync(file)
  for (const [ending, compress] of Object.entries(compressed)) {
    const target = file + ending
    if (existsSync(target) && Math.floor(statSync(target).mtimeMs) === Math.floor(mtimeMs)) continue
    const smaller = compress(bytes)
    putWhole(target, smaller, (unfinished) => utimesSync(unfinished, atime, mtime))
  }
}
