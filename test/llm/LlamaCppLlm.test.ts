import { readFileSync, readdirSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import {
  Chunk,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Logger,
  LogLevel,
  Option,
  Schedule,
  Scope,
  Stream
} from "effect"
import * as LlamaCppLlm from "../../src/llm/LlamaCppLlm.ts"
import type { Llm, LlmDelta, LlmRequest } from "../../src/llm/Llm.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"

const minute = 60_000

/** Processor time of half a second, in hundredths of a second, that is no evaluation but the odd timer. */
const idleTicks = 10

/** Ids of this process's own children that run the worker. */
const workers = (): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])
        const isWorker = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("LlamaCppWorker")
        return parent === process.pid && isWorker ? [Number(pid)] : []
      } catch {
        // It ended while it was looked at.
        return []
      }
    })

/** Processor time that the only worker has used, in hundredths of a second. */
const ticks = () => {
  const fields = readFileSync(`/proc/${workers()[0]}/stat`, "utf8").split(") ")[1]!.split(" ")
  return Number(fields[11]) + Number(fields[12])
}

const request = (conversation: string, text: string, changes: Partial<LlmRequest> = {}): LlmRequest => ({
  conversation,
  system: "",
  messages: [{ role: "user", text }],
  ...changes
})

const story = "Tell me a very long story about a fox and a crow, with many details."

const textOf = (deltas: Iterable<LlmDelta>) =>
  [...deltas].map((delta) => (delta._tag === "Call" ? "" : delta.text)).join("")

/** Consumes the stream in a fiber of its own; `started` is done with the first delta. */
const consume = (llm: Llm, ask: LlmRequest) =>
  Effect.gen(function* () {
    const started = yield* Deferred.make<void>()
    const deltas: Array<LlmDelta> = []
    const fiber = yield* Effect.fork(
      Stream.runForEach(llm.stream(ask), (delta) => {
        deltas.push(delta)
        return Deferred.succeed(started, undefined)
      })
    )
    return { deltas, fiber, started: Deferred.await(started) }
  })

/** A test on the real model, loaded for it alone. */
const test = <E>(
  name: string,
  use: (llm: Llm) => Effect.Effect<unknown, E, Scope.Scope>,
  options: { readonly contextSize?: number } = {}
) =>
  it.live(
    name,
    () =>
      Effect.gen(function* () {
        const model = yield* EmbeddedModel.obtain
        if (Option.isNone(model)) return
        const llm = yield* LlamaCppLlm.load({
          modelPath: model.value.path,
          modelName: model.value.name,
          ...options
        })
        yield* use(llm)
      }).pipe(
        Effect.scoped,
        Effect.tap(() => assert.deepStrictEqual(workers(), [])),
        Logger.withMinimumLogLevel(LogLevel.Error)
      ),
    3 * minute
  )

test("streams an answer in pieces, and remembers what was said before", (llm) =>
  Effect.gen(function* () {
    const deltas = yield* Stream.runCollect(llm.stream(request("a", "What is the capital of France?")))
    assert.isAbove(deltas.length, 1)
    assert.match(textOf(deltas), /\w+/)
    assert(Chunk.every(deltas, ({ _tag }) => _tag === "Text"))
    const again = yield* Stream.runCollect(
      Stream.take(
        llm.stream(
          request("a", "", {
            system: "You are a fox.",
            messages: [
              { role: "user", text: "Hello!" },
              { role: "assistant", text: "Hello, my friend." },
              { role: "user", text: "Say that again.", images: [{ mimeType: "image/png", base64: "AA==" }] }
            ]
          })
        ),
        5
      )
    )
    assert.match(textOf(again), /\w+/)
  }))

test("writes two answers at once, and lets a third wait", (llm) =>
  Effect.gen(function* () {
    const first = yield* consume(llm, request("a", story))
    const second = yield* consume(llm, request("b", story))
    yield* Effect.all([first.started, second.started])
    const third = yield* consume(llm, request("c", "Say hello."))
    const before = first.deltas.length + second.deltas.length
    yield* Effect.sync(() => first.deltas.length + second.deltas.length).pipe(
      Effect.repeat({ until: (now) => now > before + 10, schedule: Schedule.spaced("20 millis") })
    )
    assert.strictEqual(third.deltas.length, 0)
    assert.strictEqual(Option.isNone(yield* Fiber.poll(first.fiber)), true)

    // The one that is cancelled makes room; the other goes on.
    yield* Fiber.interrupt(first.fiber)
    const goingOn = second.deltas.length
    yield* third.started
    yield* Effect.sync(() => second.deltas.length).pipe(
      Effect.repeat({ until: (now) => now > goingOn, schedule: Schedule.spaced("20 millis") })
    )
    assert.strictEqual(workers().length, 1)
    yield* Effect.forEach([second, third], ({ fiber }) => Fiber.interrupt(fiber))
  }))

test("a request that is given up while it waits is never evaluated", (llm) =>
  Effect.gen(function* () {
    const running = yield* Effect.forEach(["a", "b"], (name) => consume(llm, request(name, story)))
    yield* Effect.forEach(running, ({ started }) => started)
    const waiting = yield* consume(llm, request("c", story))
    const last = yield* consume(llm, request("d", "Say hello."))
    yield* Effect.yieldNow()
    yield* Fiber.interrupt(waiting.fiber)
    yield* Fiber.interrupt(running[0]!.fiber)
    yield* last.started
    assert.strictEqual(waiting.deltas.length, 0)
    yield* Effect.forEach([running[1]!, last], ({ fiber }) => Fiber.interrupt(fiber))
  }))

test("stops evaluating when nobody listens any longer: its processor time stands still", (llm) =>
  Effect.gen(function* () {
    // A prompt that fills the whole context takes seconds: it is given up in its midst.
    const long = Array.from({ length: 5000 }, (_, index) => `word${index % 7}`).join(" ")
    const { fiber } = yield* consume(llm, request("a", long))
    const idle = ticks()
    yield* Effect.sync(ticks).pipe(
      Effect.repeat({ until: (now) => now > idle + 20, schedule: Schedule.spaced("20 millis") })
    )
    yield* Fiber.interrupt(fiber)
    const spent = Effect.gen(function* () {
      const before = ticks()
      yield* Effect.sleep("500 millis")
      return ticks() - before
    })
    const last = yield* spent.pipe(Effect.repeat({ until: (spent) => spent <= idleTicks, times: 9 }))
    assert.isAtMost(last, idleTicks)
  }))

test("what is written in the background makes room for two turns, and comes afterwards", (llm) =>
  Effect.gen(function* () {
    const { conversation: _, ...task } = request("", story, { background: true })
    const behind = yield* consume(llm, task)
    const turns = yield* Effect.forEach(["a", "b"], (name) => consume(llm, request(name, story)))
    yield* Effect.forEach(turns, ({ started }) => started)
    assert.strictEqual(behind.deltas.length, 0)
    yield* Effect.forEach(turns, ({ fiber }) => Fiber.interrupt(fiber))
    yield* Fiber.join(behind.fiber)
    assert.isAbove(behind.deltas.length, 1)
  }))

test(
  "keeps to the context when a conversation, a persona or a message has outgrown it",
  (llm) =>
    Effect.gen(function* () {
      const turn = Array.from({ length: 60 }, (_, index) => `thing${index}`).join(" ")
      const messages = Array.from({ length: 21 }, (_, index) => ({
        role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
        text: turn
      }))
      const begin = (ask: LlmRequest) => Stream.runCollect(Stream.take(llm.stream(ask), 3))
      assert.strictEqual((yield* begin({ conversation: "a", system: "Be brief.", messages })).length, 3)
      const huge = turn.repeat(20)
      assert.strictEqual((yield* begin(request("b", huge, { system: huge }))).length, 3)
    }),
  { contextSize: 512 }
)

test("a process that is killed fails its answers, and the next request has a new one", (llm) =>
  Effect.gen(function* () {
    const [child] = workers()
    const { fiber, started } = yield* consume(llm, request("a", story))
    yield* started
    process.kill(child!, "SIGKILL")
    const error = yield* Effect.flip(Fiber.join(fiber))
    assert.strictEqual(error.reason, "broken-off")
    const answers = yield* Effect.forEach(
      ["a", "b"],
      (name) => Stream.runCollect(Stream.take(llm.stream(request(name, "Say hello.")), 1)),
      {
        concurrency: "unbounded"
      }
    )
    assert.deepStrictEqual(answers.map(Chunk.size), [1, 1])
    assert.strictEqual(workers().length, 1)
    assert.notStrictEqual(workers()[0], child)
  }))

test("the signals of a terminal leave the process alone", (llm) =>
  Effect.gen(function* () {
    const [child] = workers()
    const { deltas, fiber, started } = yield* consume(llm, request("a", story))
    yield* started
    process.kill(child!, "SIGINT")
    process.kill(child!, "SIGTERM")
    const before = deltas.length
    yield* Effect.sync(() => deltas.length).pipe(
      Effect.repeat({ until: (now) => now > before + 5, schedule: Schedule.spaced("20 millis") })
    )
    assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
    yield* Fiber.interrupt(fiber)
    assert.deepStrictEqual(workers(), [child!])
  }))

it.live(
  "closing the scope ends the process, loaded or loading",
  () =>
    Effect.gen(function* () {
      const model = yield* EmbeddedModel.obtain
      if (Option.isNone(model)) return
      const options = { modelPath: model.value.path, modelName: model.value.name }
      const scope = yield* Scope.make()
      yield* Scope.extend(LlamaCppLlm.load(options), scope)
      const [child] = workers()
      assert.isDefined(child)
      yield* Scope.close(scope, Exit.void)
      assert.throws(() => process.kill(child!, 0))

      const loading = yield* Effect.fork(Effect.scoped(LlamaCppLlm.load(options)))
      yield* Effect.sync(workers).pipe(
        Effect.repeat({ until: (ids) => ids.length === 1, schedule: Schedule.spaced("10 millis") })
      )
      yield* Fiber.interrupt(loading)
      assert.deepStrictEqual(workers(), [])
    }),
  minute
)

it.live(
  "a file that is no model is refused with its name, not its folder",
  () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Effect.scoped(LlamaCppLlm.load({ modelPath: "/nowhere/none.gguf", modelName: "None" }))
      )
      assert.include(error.message, "none.gguf could not be loaded")
      assert.notInclude(error.message, "/nowhere")
    }),
  minute
)
