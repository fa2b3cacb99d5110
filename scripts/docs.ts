/**
 * Writes what is made from the schemas of the configuration: `docs/configuration.md` and the JSON Schemas for editors.
 * With `--check` it writes nothing, and fails if a file is not as it would be written.
 */
import { readFileSync, writeFileSync } from "node:fs"
import * as JsonSchema from "./docs/JsonSchema.ts"
import * as Markdown from "./docs/Markdown.ts"

const files: Readonly<Record<string, string>> = {
  "docs/configuration.md": Markdown.render(),
  "docs/conf.schema.json": JsonSchema.config(),
  "docs/character.schema.json": JsonSchema.character()
}

const current = (file: string) => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

const stale = Object.entries(files).filter(([file, text]) => current(file) !== text)
if (process.argv.includes("--check")) {
  for (const [file] of stale) console.error(`${file} is not what the schemas say: run "npm run docs".`)
  if (stale.length > 0) process.exitCode = 1
} else for (const [file, text] of stale) writeFileSync(file, text)
