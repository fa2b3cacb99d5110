import { expect, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Fields from "../../src/config/Fields.ts"
import { TtsConfig } from "../../src/config/TtsConfig.ts"
import { open } from "./describeTts.ts"
import { engines } from "./TtsLayer.ts"

layer(engines)("TtsTable", (it) => {
  it.scoped("has silence for a character without a voice", () =>
    Effect.gen(function* () {
      const config = yield* Schema.decodeUnknown(Fields.section(TtsConfig))({ tts_model: "" })
      const voice = yield* open(config)
      expect((yield* voice.synthesize("Hello.")).samples).toHaveLength(0)
    })
  )
})
