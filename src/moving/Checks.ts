import { FileSystem } from "@effect/platform"
import type { Path } from "@effect/platform"
import { Effect } from "effect"
import * as RawValue from "../config/RawValue.ts"
import * as YamlFile from "../config/YamlFile.ts"
import type { Source } from "./SourceFolder.ts"

/** Says in a clause why a file cannot be used, or undefined. */
export type Check = (
  source: Source
) => Effect.Effect<string | undefined, never, FileSystem.FileSystem | Path.Path>

/** Bytes of a file that is read whole. */
const largest = 16 * 1024 * 1024

/** A YAML file, or why it is none. No message quotes it: it may hold keys. */
const yaml = Effect.fn("Checks.yaml")((path: string) =>
  YamlFile.read(path).pipe(
    Effect.catchTags({
      ConfigMissing: () => Effect.fail("cannot be read"),
      ConfigInvalid: ({ problems: [first] }) =>
        Effect.fail(`is no YAML: line ${first.line}, ${first.message}`)
    }),
    Effect.filterOrFail(
      ({ value }) => RawValue.isMapping(value),
      () => "has no sections of keys: it may be empty or cut off"
    ),
    // A file is read level by level.
    Effect.catchAllDefect(() => Effect.fail("cannot be read: it may be nested too deep"))
  )
)

const problem = (checked: Effect.Effect<unknown, string, FileSystem.FileSystem | Path.Path>) =>
  Effect.match(checked, { onFailure: (why) => why, onSuccess: () => undefined })

const readable = (source: Source) =>
  source.size > largest ? Effect.fail(`is larger than ${largest / 1024 / 1024} MiB`) : Effect.void

/** The same of a file that is not too large. */
export const wholeYaml = (source: Source) => Effect.zipRight(readable(source), yaml(source.path))

export const configuration: Check = (source) => problem(wholeYaml(source))

export const character: Check = (source) =>
  problem(
    wholeYaml(source).pipe(
      Effect.filterOrFail(
        ({ value }) => RawValue.isMapping((value as RawValue.Mapping)["character_config"]),
        () => "has no section character_config"
      )
    )
  )

const json = (source: Source): Effect.Effect<unknown, string, FileSystem.FileSystem> =>
  Effect.zipRight(
    readable(source),
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(source.path)).pipe(
      Effect.mapError(() => "cannot be read"),
      Effect.flatMap((text) =>
        Effect.try({
          try: (): unknown => JSON.parse(text.replace(/^\uFEFF/u, "")),
          catch: () => "is no whole JSON: it may have been cut off"
        })
      )
    )
  )

export const avatarDictionary: Check = (source) =>
  problem(Effect.filterOrFail(json(source), Array.isArray, () => "is no list of avatar models"))

export const mcpServers: Check = (source) =>
  problem(
    Effect.filterOrFail(
      json(source),
      (value) =>
        RawValue.isMapping(value) &&
        (RawValue.isMapping(value["mcp_servers"]) || RawValue.isMapping(value["mcpServers"])),
      () => "has no section mcp_servers"
    )
  )

/** Of a picture, a text or a part of a model: that there is something in it, and that JSON is whole. */
export const asset: Check = (source) => {
  if (source.size === 0) return Effect.succeed("is empty")
  return /\.json$/iu.test(source.shown) ? problem(json(source)) : Effect.sync(() => undefined)
}
