import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import type { WheelSource } from "../../src/models/Catalogue.ts"
import * as FileServer from "./FileServer.ts"

/** Sets variables of this process's environment until the scope closes: programs that it starts get them. */
export const environment = (variables: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
      Object.assign(process.env, variables)
      return before
    }),
    (before) =>
      Effect.sync(() => {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      })
  )

/**
 * A real wheel with these files in it, which pip finds on this machine, and nothing else, until the scope closes.
 * Answers the source of each of its members.
 */
export const make = Effect.fnUntraced(function* (name: string, files: Readonly<Record<string, Buffer>>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped()
  const info = `${name}-1.0.0.dist-info`
  const all = {
    ...files,
    [`${info}/METADATA`]: Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0.0\n`),
    [`${info}/WHEEL`]: Buffer.from("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    [`${info}/RECORD`]: Buffer.from("")
  }
  const content = path.join(folder, "content")
  for (const [member, bytes] of Object.entries(all)) {
    yield* fs.makeDirectory(path.dirname(path.join(content, member)), { recursive: true })
    yield* fs.writeFile(path.join(content, member), bytes)
  }
  const wheel = path.join(folder, `${name}-1.0.0-py3-none-any.whl`)
  const tops = [...new Set(Object.keys(all).map((member) => member.split("/")[0]!))]
  execFileSync("python3", ["-m", "zipfile", "-c", wheel, ...tops], { cwd: content })
  yield* environment({ PIP_NO_INDEX: "1", PIP_FIND_LINKS: folder })
  const bytes = readFileSync(wheel)
  return (member: string): WheelSource => ({
    type: "wheel",
    package: name,
    version: "1.0.0",
    size: bytes.length,
    sha256: FileServer.sha256(bytes),
    member
  })
})
