import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

/** Reads a `conf.yaml` of this text. */
export const loadText = (text: string) =>
  Effect.flatMap(ConfigFolder.make({ "conf.yaml": text }), (folder) => ConfigFile.load(`${folder}/conf.yaml`))

/** What is wrong with it, line by line. */
export const problemsOf = (text: string) =>
  Effect.flip(loadText(text)).pipe(Effect.map((failure) => failure.message.split("\n")))
