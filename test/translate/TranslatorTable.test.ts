import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { LlmFailed } from "../../src/llm/Llm.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import { Translators } from "../../src/translate/Translator.ts"
import type { TranslatorOptions, Write } from "../../src/translate/Translator.ts"
import * as TranslatorTable from "../../src/translate/TranslatorTable.ts"

const open = (config: TranslatorOptions["config"], write?: TranslatorOptions["write"]) =>
  Effect.flatMap(Translators, (translators) =>
    translators.open({ config, write: write ?? Effect.sync(() => undefined) })
  )

const ownModel = { translate_audio: true, translate_provider: "llm", llm: { target_lang: "French" } } as const

layer(Layer.provide(TranslatorTable.layer, NodeHttpClient.dispatcherLayer))("TranslatorTable", (it) => {
  it.scoped("opens nothing for a character that is spoken as it is written", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* open({ translate_audio: false, translate_provider: "deeplx" })))
    })
  )

  for (const [config, says] of [
    [{ translate_audio: true }, /no translator is chosen.*translate_provider/],
    [
      { translate_audio: true, translate_provider: "deeplx" },
      /Add tts_preprocessor_config\.translator_config\.deeplx/
    ],
    [ownModel, /no model that translates.*deeplx or tencent/]
  ] as const) {
    it.scoped(`says what is missing in ${JSON.stringify(config)}`, () =>
      Effect.gen(function* () {
        assert.match((yield* Effect.flip(open(config))).message, says)
      })
    )
  }

  it.scoped("has the character's own model translate", () =>
    Effect.gen(function* () {
      const tasks: Array<Parameters<Write>[0]> = []
      const write: Write = (task) => {
        tasks.push(task)
        return Effect.succeed("\nBonjour.")
      }
      const translator = yield* open(ownModel, Effect.succeed(write))
      assert.strictEqual(yield* Option.getOrThrow(translator).translate("Hello."), "Bonjour.")
      assert.strictEqual(tasks[0]!.text, "Hello.")
      assert.include(tasks[0]!.system, "into French")
    })
  )

  it.scoped("repeats the model's failure, and says what is wrong with the agent", () =>
    Effect.gen(function* () {
      const failed = new LlmFailed({
        provider: "x_llm",
        reason: "unreachable",
        detail: "gone",
        advice: "Start it."
      })
      const translator = yield* open(
        ownModel,
        Effect.succeed(() => failed)
      )
      assert.strictEqual(
        (yield* Effect.flip(Option.getOrThrow(translator).translate("Hi."))).message,
        "llm: x_llm: gone. Start it."
      )

      const agent = new EngineUnavailable({
        kind: "agent",
        engine: "x",
        reason: "it broke",
        advice: "Mend it."
      })
      const failure = yield* Effect.flip(open(ownModel, agent))
      assert.strictEqual(failure.kind, "translate")
      assert.include(
        failure.message,
        "the character's agent, which translates, is not: x: it broke. Mend it."
      )
    })
  )
})
