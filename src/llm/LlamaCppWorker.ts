/**
 * The process that runs an embedded language model: native code can end its process, and this one is not the
 * server's. It is started with an IPC channel, over which it speaks `LlamaCppProtocol`.
 */
import { Cause, Effect, FiberMap, Mailbox } from "effect"
import * as LlamaCppEngine from "./LlamaCppEngine.ts"
import type { FromWorker, ToWorker } from "./LlamaCppProtocol.ts"

// Ctrl-C in a terminal reaches the whole group of processes; when this one ends is its parent's decision.
process.on("SIGINT", () => {})
process.on("SIGTERM", () => {})
// Without a parent there is nobody to work for. Nothing here needs an orderly end, and native threads can delay one.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))

const say = (message: FromWorker): Effect.Effect<void> => Effect.sync(() => void process.send?.(message))

/** The parent has fewer requests than this in flight, each with at most two messages. */
const inboxCapacity = 1024

const program = Effect.gen(function* () {
  const inbox = yield* Mailbox.make<ToWorker>(inboxCapacity)
  process.on("message", (message: ToWorker) => inbox.unsafeOffer(message))
  const first = yield* inbox.take
  if (first._tag !== "Load") return
  const engine = yield* LlamaCppEngine.load(first)
  const answers = yield* FiberMap.make<number>()
  const { contextSize, gpu, threads } = engine
  yield* say({ _tag: "Ready", contextSize, gpu, threads })

  while (true) {
    const message = yield* inbox.take
    if (message._tag === "Ask") {
      const { id } = message
      yield* engine
        .answer(
          message,
          (kind, text) => void process.send?.({ _tag: "Delta", id, kind, text } satisfies FromWorker)
        )
        .pipe(
          Effect.matchCauseEffect({
            onSuccess: () => say({ _tag: "Done", id }),
            onFailure: (cause) =>
              Cause.isInterruptedOnly(cause)
                ? Effect.void
                : say({ _tag: "Failed", id, reason: String(Cause.squash(cause)) })
          }),
          FiberMap.run(answers, id)
        )
    } else if (message._tag === "Stop") {
      // It stops at its next step; the next message is not to wait for that.
      yield* Effect.fork(FiberMap.remove(answers, message.id))
    }
  }
}).pipe(
  Effect.scoped,
  Effect.catchAll((failure) => say({ _tag: "LoadFailed", reason: failure.message }))
)

Effect.runFork(program)
