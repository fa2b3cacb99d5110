import { renameSync, writeFileSync } from "node:fs"

/** Writes a file that is whole before it has its name: another server may be running. `finish` is given it before that. */
export const putWhole = (file, bytes, finish = () => {}) => {
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, bytes)
  finish(unfinished)
  renameSync(unfinished, file)
}
