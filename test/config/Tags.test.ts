import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { loadText } from "./LoadText.ts"

layer(NodeContext.layer)("a configuration", (it) => {
  it.scoped("warns of a tag, and does not say it: it may be a secret without quotation marks", () =>
    Effect.gen(function* () {
      const { warnings } = yield* loadText(`${ConfigFolder.minimal}    openai_tts: {api_key: !sk-hunter2 }\n`)
      expect(warnings).toEqual([
        expect.stringMatching(
          /^conf\.yaml:10:\d+ character_config\.tts_config\.openai_tts\.api_key: a tag \(!…\)/u
        )
      ])
      expect((yield* loadText(`${ConfigFolder.minimal}  human_name: !!str 5\n`)).warnings).toEqual([])
    })
  )
})
