import { delimiter, resolve } from "node:path"
import type { FileSystem } from "@effect/platform"
import { Config, Effect, Option, Redacted } from "effect"
import * as EngineId from "../engine/EngineId.ts"

export interface Voice {
  /** Its name in the configuration, such as `azure_tts`. */
  readonly engine: string
  readonly section: object
  /** Where its service is, which the environment may say. */
  readonly address?: string | undefined
}

export interface Places {
  readonly fs: FileSystem.FileSystem
  /** What relative paths start from. */
  readonly folder: string
}

/**
 * What tells the sound of a voice from that of every other: its whole configuration, where its service is, and which
 * files stand at the places that its section names, by their sizes and times.
 */
export const of = Effect.fn("VoiceIdentity.of")(function* (
  { folder, fs }: Places,
  { address = "", engine, section }: Voice
) {
  const search = yield* Effect.orElseSucceed(Config.string("PATH"), () => "")
  const path = search.split(delimiter).filter((place) => place !== "")
  const files = yield* Effect.forEach(textsOf(section), ({ isProgram, text }) =>
    Effect.firstSuccessOf(
      [folder, ...(isProgram ? path : [])].map((place) => fileAt(fs, resolve(place, text)))
    ).pipe(Effect.option)
  )
  return JSON.stringify([EngineId.of(engine, section), address, files.flatMap(Option.toArray)])
})

const fileAt = (fs: FileSystem.FileSystem, path: string) =>
  fs.stat(path).pipe(
    Effect.filterOrFail(({ type }) => type === "File"),
    Effect.map(({ mtime, size }) => [
      path,
      String(size),
      Option.getOrUndefined(Option.map(mtime, (time) => time.getTime()))
    ])
  )

interface Named {
  readonly text: string
  /** Whether it may be a program, which is looked for in the folders of the PATH too. */
  readonly isProgram: boolean
}

/** Every text that may name a file: by itself, or one of several with commas between them. */
const textsOf = (value: unknown, isProgram = false): ReadonlyArray<Named> => {
  if (typeof value === "string")
    return [...new Set([value, ...value.split(",")].map((text) => text.trim()))]
      .filter((text) => text !== "" && !text.includes("\0"))
      .map((text) => ({ text, isProgram }))
  if (Array.isArray(value)) return value.flatMap((one, at) => textsOf(one, at === 0))
  if (typeof value !== "object" || value === null || Redacted.isRedacted(value)) return []
  return Object.values(value).flatMap((one) => textsOf(one))
}
