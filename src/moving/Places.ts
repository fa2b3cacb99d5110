import { join, posix, resolve } from "node:path"
import { Effect } from "effect"
import { ConfigInvalid } from "../config/ConfigInvalid.ts"
import * as RawValue from "../config/RawValue.ts"
import * as Sections from "../config/Sections.ts"
import type { YamlFile } from "../config/YamlFile.ts"
import * as Database from "../history/Database.ts"
import * as PlainName from "./PlainName.ts"
import type { Growing } from "./Report.ts"

/** Where things are kept here. */
export interface Places {
  /** The folder of characters. */
  readonly characters: string
  readonly database: Database.Place
}

/** The keys of `system_config` that name a place, and the places where nothing else is said. */
export const usual = { config_alts_dir: "characters", database: "data/history.db" }
export type Key = keyof typeof usual

/** What a configuration says of a place, as it stands in the file. */
const said = Effect.fnUntraced(function* (yaml: YamlFile | undefined, key: Key) {
  if (yaml === undefined) return usual[key]
  const path = ["system_config", key]
  const value = Sections.at(yaml.value, path)
  if (value instanceof RawValue.Unset)
    return yield* new ConfigInvalid({ file: yaml.name, problems: [yaml.at(path, value.message)] })
  return typeof value === "string" && value.trim() !== "" ? value : usual[key]
})

/** The places by the configuration that is here, which may name any. */
export const ofOwn = Effect.fn("Places.ofOwn")(function* (folder: string, yaml: YamlFile) {
  return {
    characters: resolve(folder, yield* said(yaml, "config_alts_dir")),
    database: Database.placeOf(yield* said(yaml, "database"), folder)
  } satisfies Places
})

/** The places by a configuration that moves in, or by none: they are in `folder`, whatever that says. */
export const ofMoving = Effect.fn("Places.ofMoving")(function* (
  folder: string,
  yaml: YamlFile | undefined,
  growing: Growing
) {
  const leadingOut: Array<Key> = []
  const place = Effect.fnUntraced(function* (key: Key) {
    const names = namesOf(yield* Effect.orElseSucceed(said(yaml, key), () => ""))
    if (names !== undefined) return names
    leadingOut.push(key)
    growing.remark(
      "conf.yaml",
      `system_config.${key} leads out of the folder: ${usual[key]} takes its place, in the copy too`
    )
    return usual[key].split("/")
  })
  const alternatives = yield* place("config_alts_dir")
  const database = yield* place("database")
  return {
    /** Where the characters are in the folder that they come from. */
    alternatives,
    /** Keys whose places are not used: in a copy of the configuration they have to say the usual ones. */
    leadingOut,
    places: {
      characters: join(folder, ...alternatives),
      database: { file: join(folder, ...database) }
    } satisfies Places
  }
})

/** The names of a relative path that stays where it starts, or undefined. */
const namesOf = (path: string): ReadonlyArray<string> | undefined => {
  const names = posix
    .normalize(path)
    .split("/")
    .filter((name) => name !== "" && name !== ".")
  const stays = !posix.isAbsolute(path) && names.length > 0 && names.every(PlainName.isPlain)
  return stays ? names : undefined
}
