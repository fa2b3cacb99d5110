import { Schema } from "effect"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Something wrong (or worth knowing) at one key of a configuration file; line and column count from 1. */
export const ConfigProblem = Schema.Struct({
  /** The key's path, such as `system_config.port`; empty for the file as a whole. */
  path: Schema.String,
  line: Schema.Number,
  column: Schema.Number,
  message: Schema.String
})
export type ConfigProblem = typeof ConfigProblem.Type

/** `conf.yaml:12:5 system_config.port: …` */
export const describe = (file: string, problem: ConfigProblem): string => english(inWords(file, problem))

/** The same for clients. */
export const inWords = (file: string, { column, line, message, path }: ConfigProblem): Text => {
  const place = `${file}:${line}:${column}`
  return path === "" ? say("config.problem", place, message) : say("config.problemAt", place, path, message)
}

/** As they follow each other in the file. */
export const inOrder = (problems: ReadonlyArray<ConfigProblem>): ReadonlyArray<ConfigProblem> =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

/** A configuration file cannot be used. All its problems at once; `message` names no folder and no secret. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  /** The file's name without its folder. */
  file: Schema.String,
  problems: Schema.NonEmptyArray(ConfigProblem),
  /** Of the bytes that were read; undefined if they could not be. */
  digest: Schema.optional(Schema.String),
  /** What would only be warned of: a key that is not known may be a required one, misspelt. */
  warnings: Schema.optionalWith(Schema.Array(ConfigProblem), { default: () => [] })
}) {
  get words(): Text {
    const problems = inOrder([...this.problems, ...this.warnings])
    return say(
      "config.problems",
      problems.map((problem) => inWords(this.file, problem))
    )
  }

  override get message(): string {
    return english(this.words)
  }
}

/** A configuration file is not there or may not be read. */
export class ConfigMissing extends Schema.TaggedError<ConfigMissing>()("ConfigMissing", {
  /** The file as it was asked for. */
  file: Schema.String,
  reason: Schema.Literal("not-found", "unreadable"),
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return this.reason === "not-found"
      ? `There is no configuration file ${this.file}. Create it, or name another one.`
      : `The configuration file ${this.file} cannot be read. Check that it is a file and that its permissions allow reading.`
  }
}
