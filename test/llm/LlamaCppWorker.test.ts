import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { FromWorker } from "../../src/llm/LlamaCppProtocol.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"

it.live(
  "ends by itself when its parent is gone, even in the midst of an answer",
  () =>
    Effect.gen(function* () {
      const model = yield* EmbeddedModel.obtain
      if (Option.isNone(model)) return
      const entry = fileURLToPath(new URL("../../src/llm/LlamaCppWorker.ts", import.meta.url))
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          fork(entry, [], { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "ignore", "ipc"] })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const signal = yield* Effect.async<NodeJS.Signals | null>((resume) => {
        child.once("exit", (_code, signal) => resume(Effect.succeed(signal)))
        child.on("message", (message: FromWorker) => {
          if (message._tag === "Ready") {
            const messages = [{ role: "user", text: "Tell me a very long story." }]
            child.send({ _tag: "Ask", id: 1, conversation: "a", system: "", messages })
          }
          // The channel closes in the same way when the parent dies.
          if (message._tag === "Delta" && child.connected) child.disconnect()
        })
        child.send({ _tag: "Load", modelPath: model.value.path, contextSize: 1024 })
      })
      assert.strictEqual(signal, "SIGKILL")
    }).pipe(Effect.scoped),
  60_000
)
