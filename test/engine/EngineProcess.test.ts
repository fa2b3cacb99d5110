import { constants } from "node:os"
import { assert, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Schedule, Scope, Stream } from "effect"
import * as EngineProcess from "../../src/engine/EngineProcess.ts"
import * as Processes from "../support/Processes.ts"
import type { Job, Load, Reply } from "../support/EchoWorker.ts"

const options = (load: Load["load"]): EngineProcess.Options<Load> => ({
  module: "EchoWorker",
  from: new URL("../support/EngineProcess.ts", import.meta.url).href,
  kind: "asr",
  engine: "echo_asr",
  load: { load },
  advice: "Choose another engine."
})

const open = (load: Load["load"] = "succeed", more: Partial<EngineProcess.Options<Load>> = {}) =>
  EngineProcess.open<Load, Job, Reply>({ ...options(load), ...more })

const isAlive = (pid: number) => Processes.alive([pid]).length > 0

const pidOf = (engine: EngineProcess.EngineProcess<Job, Reply>) => Effect.map(engine.pid, (pid) => pid!)

it.scopedLive("does jobs, with samples both ways, and streams what comes bit by bit", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const samples = Float32Array.from([0, 0.5, -1])
    assert.deepStrictEqual(yield* engine.ask({ do: "echo", samples }), samples)
    const numbers = yield* Stream.runCollect(engine.stream({ do: "numbers", upTo: 5 }))
    assert.deepStrictEqual(Chunk.toReadonlyArray(numbers), [1, 2, 3, 4, 5])
  })
)

it.scopedLive("says what the engine said when it refuses a job or makes a mistake, and goes on", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const refused = yield* Effect.flip(engine.ask({ do: "refuse" }))
    assert.strictEqual(refused.message, "echo_asr: it does not want to. Choose another engine.")
    const thrown = yield* Effect.flip(engine.ask({ do: "throw" }))
    assert.strictEqual(thrown.reason, "refused")
    assert.include(thrown.message, "a mistake in the engine")
    assert.strictEqual(yield* engine.jobs, 0)
  })
)

it.scopedLive("a death fails the jobs of that moment only; the next ones find a new process", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const before = yield* pidOf(engine)
    const hanging = yield* Effect.fork(Effect.flip(engine.ask({ do: "hang" })))
    const died = yield* Effect.flip(engine.ask({ do: "die" }))
    assert.strictEqual(died.reason, "died")
    assert.strictEqual((yield* Fiber.join(hanging)).reason, "died")
    assert.strictEqual(yield* engine.jobs, 0)
    assert.notStrictEqual(yield* pidOf(engine), before)
    assert.isFalse(isAlive(before))
  })
)

it.scopedLive("survives a kill in the middle of a job", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const pid = yield* pidOf(engine)
    const hanging = yield* Effect.fork(Effect.flip(engine.ask({ do: "hang" })))
    yield* Effect.repeat(engine.jobs, { until: (count) => count === 1 })
    process.kill(pid, "SIGKILL")
    assert.strictEqual((yield* Fiber.join(hanging)).reason, "died")
    assert.strictEqual(yield* engine.jobs, 0)
  })
)

it.scopedLive("the signals of a terminal leave it alone", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const pid = yield* pidOf(engine)
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.kill(pid, signal)
    assert.strictEqual(yield* engine.jobs, 0)
    assert.deepStrictEqual(Chunk.size(yield* Stream.runCollect(engine.stream({ do: "numbers", upTo: 3 }))), 3)
    assert.strictEqual(yield* pidOf(engine), pid)
  })
)

it.scopedLive("an interrupted job is cancelled in the process", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const hanging = yield* Effect.fork(engine.ask({ do: "hang" }))
    yield* Effect.repeat(engine.jobs, { until: (count) => count === 1 })
    yield* Fiber.interrupt(hanging)
    yield* Effect.repeat(engine.jobs, {
      until: (count) => count === 0,
      schedule: Schedule.recurs(1000)
    })
    assert.strictEqual(yield* engine.jobs, 0)
  })
)

it.scopedLive("takes no more jobs than it may have", () =>
  Effect.gen(function* () {
    const engine = yield* open("succeed", { mostJobs: 2 })
    const two = yield* Effect.forEach([1, 2], () => Effect.fork(engine.ask({ do: "hang" })))
    yield* Effect.repeat(engine.jobs, { until: (count) => count === 2 })
    assert.strictEqual((yield* Effect.flip(engine.ask({ do: "hang" }))).reason, "busy")
    const streamed = yield* Effect.flip(Stream.runDrain(engine.stream({ do: "numbers", upTo: 2 })))
    assert.strictEqual(streamed.reason, "busy")
    yield* Fiber.interruptAll(two)
    yield* Stream.runDrain(engine.stream({ do: "numbers", upTo: 2 }))
  })
)

it.scopedLive("names no folder of this machine", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const refused = yield* Effect.flip(engine.ask({ do: "complain" }))
    assert.include(refused.message, "cannot read model.onnx: no such file")
    assert.notInclude(refused.message, "/srv")
  })
)

it.scopedLive("a job that hangs is stopped with its process", () =>
  Effect.gen(function* () {
    const engine = yield* open("succeed", { jobTimeout: "200 millis" })
    const before = yield* pidOf(engine)
    const overdue = yield* Effect.flip(engine.ask({ do: "hang" }))
    assert.strictEqual(overdue.reason, "overdue")
    assert.isFalse(isAlive(before))
  })
)

it.scopedLive("the clock of a job stands still while one that was given up comes to its end", () =>
  Effect.gen(function* () {
    const engine = yield* open("succeed", { jobTimeout: "5 seconds" })
    const before = yield* pidOf(engine)
    const given = yield* Effect.fork(engine.ask({ do: "toil", ms: 3000 }))
    yield* Effect.repeat(engine.jobs, { until: (jobs) => jobs === 1 })
    yield* Fiber.interrupt(given)
    // Its own three seconds fit, with those before they would not: the worker does one after the other.
    assert.strictEqual(yield* engine.ask({ do: "toil", ms: 3000 }), 3000)
    assert.strictEqual(yield* pidOf(engine), before)
  })
)

it.scopedLive("a job that was given up and hangs is stopped with its process", () =>
  Effect.gen(function* () {
    const engine = yield* open("succeed", { jobTimeout: "2 seconds" })
    const before = yield* pidOf(engine)
    const given = yield* Effect.fork(engine.ask({ do: "toil", ms: 600_000 }))
    yield* Effect.repeat(engine.jobs, { until: (jobs) => jobs === 1 })
    yield* Fiber.interrupt(given)
    yield* Effect.repeat(
      Effect.sync(() => isAlive(before)),
      { until: (alive) => !alive, schedule: Schedule.spaced(20) }
    )
    // The system may know of its end a moment before we do.
    assert.strictEqual(yield* Effect.eventually(engine.jobs), 0)
  })
)

it.scopedLive("closing ends whatever waits for a process that starts anew, in a finalizer, too", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const engine = yield* Scope.extend(open("succeed"), scope)
    // Twice, so that the next life is half a second away.
    for (let count = 0; count < 2; count++) {
      yield* Effect.ignore(engine.jobs)
      yield* Effect.ignore(engine.ask({ do: "die" }))
    }
    const waiting = yield* Effect.fork(Effect.flip(engine.ask({ do: "hang" })))
    const parting = yield* Effect.fork(Effect.uninterruptible(Effect.flip(engine.ask({ do: "hang" }))))
    yield* Effect.yieldNow()
    yield* Scope.close(scope, Exit.void)
    for (const fiber of [waiting, parting])
      assert.include((yield* Fiber.join(fiber)).message, "it has been closed")
    assert.strictEqual((yield* Effect.flip(engine.ask({ do: "hang" }))).reason, "down")
  })
)

it.scopedLive("does not wait for ever for a process that starts anew", () =>
  Effect.gen(function* () {
    const engine = yield* open("succeed", { patience: "50 millis" })
    yield* Effect.ignore(engine.ask({ do: "die" }))
    const away = yield* Effect.flip(engine.ask({ do: "hang" }))
    assert.strictEqual(away.reason, "down")
    assert.include(away.message, "Try again in a moment.")
  })
)

it.scopedLive("starts anew although the machine had no room for a process", () =>
  Effect.gen(function* () {
    const env: Record<string, string> = {}
    const engine = yield* open("succeed", { env })
    // Longer than the system takes, as a full machine would refuse it.
    env["TOO_LONG"] = "x".repeat(1 << 20)
    yield* Effect.ignore(engine.ask({ do: "die" }))
    assert.include((yield* Effect.flip(engine.ask({ do: "hang" }))).message, "could not be started")
    delete env["TOO_LONG"]
    yield* Effect.retry(engine.jobs, { times: 20 })
  })
)

it.scopedLive("gives way to the server with all of its threads", () =>
  Effect.gen(function* () {
    const engine = yield* open()
    const priorities = yield* engine.ask({ do: "priorities" })
    assert.instanceOf(priorities, Float32Array)
    assert.deepStrictEqual(
      [...new Set(priorities as Float32Array)],
      [constants.priority.PRIORITY_BELOW_NORMAL]
    )
  })
)

for (const [load, reason] of [
  ["refuse", "the model is broken"],
  ["die", "its process ended while it was loaded: there is nothing in model.onnx. Choose"],
  ["hang", "it was not loaded in time"]
] as const) {
  it.live(`an engine that cannot be loaded is unavailable (${load})`, () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        Effect.scoped(open(load, load === "hang" ? { loadTimeout: "2 seconds" } : {}))
      )
      assert.strictEqual(failure._tag, "EngineUnavailable")
      assert.include(failure.message, reason)
    })
  )
}

it.live("does a job in a finalizer, too", () =>
  Effect.gen(function* () {
    const samples = Float32Array.of(1)
    const parting = yield* Effect.scoped(
      Effect.gen(function* () {
        const engine = yield* open()
        const parting: Array<Reply> = []
        yield* Effect.addFinalizer(() =>
          Effect.ignore(Effect.map(engine.ask({ do: "echo", samples }), (reply) => parting.push(reply)))
        )
        return parting
      })
    )
    assert.deepStrictEqual(parting, [samples])
  })
)

it.live("its process ends with the scope", () =>
  Effect.gen(function* () {
    const pid = yield* Effect.scoped(
      Effect.gen(function* () {
        const engine = yield* open()
        yield* Effect.fork(engine.ask({ do: "hang" }))
        return yield* pidOf(engine)
      })
    )
    assert.isFalse(isAlive(pid))
  })
)

it.live("leaving while it loads ends its process", () =>
  Effect.gen(function* () {
    const before = Processes.descendants(process.pid)
    const loading = yield* Effect.fork(Effect.scoped(open("hang")))
    yield* Effect.sleep("300 millis")
    const started = Processes.descendants(process.pid).filter((pid) => !before.includes(pid))
    assert.isNotEmpty(started)
    yield* Fiber.interrupt(loading)
    assert.deepStrictEqual(Processes.alive(started), [])
  })
)
