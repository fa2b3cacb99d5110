import { Path } from "@effect/platform"
import { Effect, Redacted } from "effect"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import * as Decoding from "./Decoding.ts"
import * as Migration from "./Migration.ts"
import * as RawValue from "./RawValue.ts"
import type { SeiyuuConfig } from "./SeiyuuConfig.ts"

/** A configuration that can be run. */
export interface LoadedConfig {
  /** The file's absolute path. */
  readonly file: string
  /** Its folder, which relative paths in it start from. */
  readonly folder: string
  /** Of the bytes that were read. */
  readonly digest: string
  readonly config: SeiyuuConfig
  /** `system_config` as the file has it: the command line may say otherwise. */
  readonly written: SeiyuuConfig["system_config"]
  /** What an older version of the format has differently, as it was read. */
  readonly migrated: ReadonlyArray<string>
  /** What of the file is ignored, each with its line and key path. */
  readonly warnings: ReadonlyArray<string>
  /** `character_config` as the file has it, for other characters to be laid on. It may hold keys in the clear. */
  readonly rawCharacter: Redacted.Redacted<RawValue.Mapping>
}

/**
 * Reads and checks a `conf.yaml`. Fails with `ConfigMissing` if there is none to read and with `ConfigInvalid`, which
 * lists every problem with its line, if it cannot be used.
 */
export const load = Effect.fn("ConfigFile.load")(function* (file: string) {
  const path = yield* Path.Path
  const absolute = path.resolve(file)
  const { migrated, yaml } = yield* Migration.read(absolute)
  const { config, warnings } = yield* Decoding.decodeWhole(yaml)
  const root = RawValue.isMapping(yaml.value) ? yaml.value : {}
  const character = root["character_config"]
  const loaded: LoadedConfig = {
    file: absolute,
    folder: path.dirname(absolute),
    digest: yaml.digest,
    config,
    migrated: migrated.changes.map((change) => `${yaml.name}: ${change}`),
    written: config.system_config,
    warnings: ConfigInvalid.inOrder([...yaml.duplicates, ...warnings]).map((warning) =>
      ConfigInvalid.describe(yaml.name, warning)
    ),
    rawCharacter: Redacted.make(RawValue.isMapping(character) ? character : {})
  }
  return loaded
})
