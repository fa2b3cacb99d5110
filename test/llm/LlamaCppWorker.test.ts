import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
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
          fork(entry, [], {
            execArgv: ["--import", "tsx"],
            serialization: "advanced",
            stdio: ["ignore", "ignore", "ignore", "ipc"]
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      // The messages of Effect's workers: `[0, [id, 0, request]]` there, `[1, [id, 0, replies]]` back.
      const request = (id: number, payload: unknown) => child.send([0, [id, 0, payload]])
      const signal = yield* Effect.async<NodeJS.Signals | null>((resume) => {
        child.once("exit", (_code, signal) => resume(Effect.succeed(signal)))
        child.on("message", ([kind, response]: [number, [id: number, kind: number, replies: unknown]]) => {
          if (kind !== 1) return
          if (response[0] === 0) {
            const messages = [{ role: "user", text: "Tell me a very long story." }]
            request(1, { _tag: "Job", job: { conversation: "a", system: "", messages } })
          }
          // The channel closes in the same way when the parent dies.
          else if (child.connected) child.disconnect()
        })
        request(0, { _tag: "Load", load: { modelPath: model.value.path, contextSize: 1024 } })
      })
      assert.strictEqual(signal, "SIGKILL")
    }).pipe(Effect.scoped),
  60_000
)
