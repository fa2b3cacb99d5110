import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream, TestClock } from "effect"
import type { LlmConfig } from "../../src/config/LlmConfig.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import type { Llm } from "../../src/llm/Llm.ts"
import * as OllamaKeeper from "../../src/llm/OllamaKeeper.ts"
import * as LlmTable from "../../src/llm/LlmTable.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as StubProviders from "../support/StubProviders.ts"
import { startStub } from "../support/StubServer.ts"
import type { Stub } from "../support/StubServer.ts"
import * as LlmLab from "./LlmLab.ts"

type Changes = Partial<NonNullable<LlmConfig["ollama_llm"]>>

const configAt = (url: string, changes: Changes = {}) =>
  LlmLab.config("ollama_llm", {
    ollama_llm: {
      ...LlmLab.section(`${url}/v1`),
      keep_alive: 600,
      unload_at_exit: true,
      ...changes
    }
  })

const openAt = (url: string, changes: Changes = {}) =>
  Effect.flatMap(LlmProviders, (providers) => providers.open(configAt(url, changes)))

const loads = (stub: Stub) => stub.log.loads.map(({ body }) => body["keep_alive"])

const untilLoads = (stub: Stub, count: number) => Effect.promise(() => stub.log.loads.reached(count))

const answer = (llm: Llm) => Stream.runDrain(llm.stream(LlmLab.ask("Hello")))

/** A pool that forgets an engine as soon as nobody holds it, as the process does when it ends. */
const layer = LlmTable.layer.pipe(
  Layer.provide(EnginePool.layer({ idleTimeToLive: 0 })),
  Layer.provide(LlmLab.surroundings())
)

describe("OllamaKeeper", () => {
  it.scopedLive("loads the model once for all sessions, keeps it and unloads it at the end", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({ chat: () => ({ chunks: ["Hi."] }) })
      const scope = yield* Scope.make()
      const [llm] = yield* Effect.all([openAt(stub.url), openAt(stub.url)]).pipe(Scope.extend(scope))
      yield* untilLoads(stub, 1)
      assert.deepInclude(stub.log.loads[0]?.body, { model: "model-1", keep_alive: 600 })
      assert.isUndefined(stub.log.loads[0]?.body["prompt"])
      yield* answer(llm)
      yield* untilLoads(stub, 2)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(loads(stub), [600, 600, 0])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive(
    "keeps a model once for characters that differ in all but the model, as who answered last wants it",
    () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open({ chat: () => ({ chunks: ["Hi."] }) })
        const scope = yield* Scope.make()
        const [, other] = yield* Effect.all([
          openAt(stub.url, { keep_alive: 60 }),
          openAt(stub.url, { temperature: 0, keep_alive: 900, base_url: `${stub.url}/v1/` })
        ]).pipe(Scope.extend(scope))
        yield* untilLoads(stub, 1)
        yield* answer(other)
        yield* untilLoads(stub, 2)
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(loads(stub), [60, 900, 0])
      }).pipe(Effect.provide(layer))
  )

  it.scoped("unloads a model that took too long to load, since it may be there after all", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      const http: typeof fetch = (_, init) => {
        told.push((JSON.parse(init!.body as string) as { keep_alive: number }).keep_alive)
        return new Promise(() => {})
      }
      const scope = yield* Scope.make()
      const section = configAt("http://127.0.0.1:1").llm_configs.ollama_llm!
      yield* Scope.extend(OllamaKeeper.spec(http, section).load, scope)
      while (told.length === 0) yield* Effect.yieldNow()
      yield* TestClock.adjust(OllamaKeeper.longestLoad)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      while (told.length === 1) yield* Effect.yieldNow()
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(closing)
      assert.deepStrictEqual(told, [600, 0])
    })
  )

  it.scopedLive("leaves the model where unload_at_exit says so", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open()
      const opened = Effect.zipRight(
        openAt(stub.url, { unload_at_exit: false, keep_alive: -1 }),
        untilLoads(stub, 1)
      )
      yield* Effect.scoped(opened)
      assert.deepStrictEqual(loads(stub), [-1])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("loads nothing ahead that is to stay for 0 seconds, and unloads it after an answer", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({ chat: () => ({ chunks: ["Hi."] }) })
      const llm = yield* openAt(stub.url, { keep_alive: 0 })
      yield* answer(llm)
      yield* untilLoads(stub, 1)
      assert.deepStrictEqual(loads(stub), [0])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("lets a session go while the model still loads", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({ load: () => new Promise(() => {}) })
      yield* Effect.scoped(Effect.zipRight(openAt(stub.url), untilLoads(stub, 1)))
      yield* Effect.promise(() => stub.log.loads[0]!.over)
      assert.isTrue(stub.log.loads[0]!.aborted)
      // It was never loaded: there is nothing to unload.
      assert.deepStrictEqual(loads(stub), [600])
    }).pipe(Effect.provide(layer))
  )

  it.scopedLive("unloads also when the process is interrupted, and waits for no server that hangs", () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({
        load: ({ body }) => (body["keep_alive"] === 0 ? new Promise(() => {}) : Promise.resolve())
      })
      const process = yield* Effect.fork(
        Effect.scoped(Effect.zipRight(Effect.flatMap(openAt(stub.url), answer), Effect.never)).pipe(
          Effect.provide(Layer.fresh(layer))
        )
      )
      yield* untilLoads(stub, 2)
      yield* Fiber.interrupt(process)
      assert.deepStrictEqual(loads(stub), [600, 600, 0])
      yield* Effect.promise(() => stub.log.loads[2]!.over)
      assert.isTrue(stub.log.loads[2]!.aborted)
    })
  )

  it.scopedLive("opens although no server is there, which the answer says", () =>
    Effect.gen(function* () {
      const stub = yield* Effect.promise(() => startStub())
      yield* Effect.promise(() => stub.close())
      const llm = yield* openAt(stub.url)
      const { failure } = yield* LlmLab.collect(llm.stream(LlmLab.ask("Hello")))
      assert.strictEqual(failure?.reason, "unreachable")
    }).pipe(Effect.provide(layer))
  )
})
