import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { files } from "./BrokenFiles.ts"

layer(NodeContext.layer)("a broken conf.yaml", (it) => {
  it.scoped.each(files)("$what", ({ problems, yaml }) =>
    Effect.gen(function* () {
      const folder = yield* ConfigFolder.make({ "conf.yaml": yaml })
      const { message } = yield* Effect.flip(ConfigFile.load(`${folder}/conf.yaml`))
      const lines = message.replaceAll(/one of (?:\w+, ){5,}\w+/gu, "one of …").split("\n")
      expect(lines).toEqual(problems.map((problem) => `conf.yaml:${problem}`))
    })
  )
})
