import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { afterAll } from "vitest"
import * as Pcm from "../../src/audio/Pcm.ts"
import { english } from "../../src/language/Text.ts"
import * as Processes from "../support/Processes.ts"
import * as Pyttsx3 from "../support/Pyttsx3.ts"
import { describeTts, open, peak, until } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const scope = Effect.runSync(Scope.make())
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
const python = await Effect.runPromise(
  Pyttsx3.python.pipe(Scope.extend(scope), Effect.provide(NodeContext.layer))
)

const config = (changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("pyttsx3_tts", { python, ...changes })

const running = Effect.sync(
  () =>
    Processes.alive(Processes.descendants(process.pid)).filter((pid) =>
      Processes.commandOf(pid).includes("pyttsx3")
    ).length
)

// The real pyttsx3 and the real espeak-ng.
describeTts("pyttsx3_tts", { config: config(), layer: engines, running })

describe("Pyttsx3Tts", () => {
  it.scopedLive("speaks faster at another rate, and in other languages", () =>
    Effect.gen(function* () {
      const text = "Hello there, and a very good morning to all of you."
      const usual = yield* Effect.flatMap(open(config()), (tts) => tts.synthesize(text))
      const fast = yield* Effect.flatMap(open(config({ rate: 400 })), (tts) => tts.synthesize(text))
      assert.isBelow(Pcm.duration(fast), 0.8 * Pcm.duration(usual))
      const german = yield* Effect.flatMap(open(config({ voice: "gmw/de" })), (tts) =>
        tts.synthesize("Schöne Grüße aus Köln.")
      )
      assert.isAbove(peak(german), 1000)
      yield* until(running, (count) => count === 0)
    }).pipe(Effect.provide(engines))
  )

  it.scopedLive("says how to install what is missing", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const bare = yield* Pyttsx3.wrapper(folder, folder)
      const without = yield* Effect.flip(open(config({ python: bare })))
      assert.strictEqual(
        without.message,
        "pyttsx3_tts is not available: that Python has no pyttsx3. " +
          "Install it with `python3 -m pip install pyttsx3`, or correct tts_config.pyttsx3_tts.python."
      )
      const none = yield* Effect.flip(open(config({ python: "no-such-python" })))
      assert.include(english(none.reason), "no-such-python")
      assert.include(english(none.advice), "tts_config.pyttsx3_tts.python")
      assert.notInclude(JSON.stringify([without, none]), folder)
    }).pipe(Effect.provide(engines))
  )

  it.scopedLive("says so of a voice that pyttsx3 does not have", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(config({ voice: "nobody" })))
      assert.include(english(error.reason), "no such voice")
      assert.include(english(error.advice), "tts_config.pyttsx3_tts.voice")
    }).pipe(Effect.provide(engines))
  )
})
