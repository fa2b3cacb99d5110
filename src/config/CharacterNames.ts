import { Either, Option, Schema } from "effect"
import type { CharacterConfig } from "./CharacterConfig.ts"
import { baseFile } from "./CharacterFiles.ts"
import type { Reading } from "./CharacterFiles.ts"
import * as Fields from "./Fields.ts"
import type * as RawValue from "./RawValue.ts"

/** A character that can be chosen. */
export interface CharacterEntry {
  readonly filename: string
  /** Unique, and equal to that character's `conf_name`. */
  readonly name: string
}

/** The list as it is shown. A name that is taken gets the file's name behind it. */
export const entries = (
  base: CharacterConfig,
  readings: ReadonlyArray<Reading>
): ReadonlyArray<CharacterEntry> => {
  const taken = new Set([base.conf_name])
  const others = readings.map(({ filename, content }): CharacterEntry => {
    let name = Either.match(content, {
      onLeft: () => filename,
      onRight: ({ character }) => ownName(character) ?? filename
    })
    while (taken.has(name)) name = `${name} (${filename})`
    taken.add(name)
    return { filename, name }
  })
  return [{ filename: baseFile, name: base.conf_name }, ...others]
}

const ownName = (character: RawValue.Mapping) =>
  Schema.decodeUnknownOption(Fields.NonEmptyText)(character["conf_name"]).pipe(Option.getOrUndefined)

/** The character under the name that the list shows, with the names that its file leaves out. */
export const named = (character: CharacterConfig, name: string, filename: string): CharacterConfig => ({
  ...character,
  conf_name: name,
  conf_uid: character.conf_uid.trim() === "" ? filename : character.conf_uid,
  character_name: character.character_name.trim() === "" ? name : character.character_name
})
