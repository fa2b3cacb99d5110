import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { createRequire } from "node:module"
import { basename, extname } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { NodeStream } from "@effect/platform-node"
import { Deferred, Effect, Exit, Stream } from "effect"
import type { Scope, StreamEmit } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { longestAnswer } from "./LlamaCppProtocol.ts"
import type { FromWorker, ToWorker } from "./LlamaCppProtocol.ts"
import { LlmFailed } from "./Llm.ts"
import type { LlmDelta, LlmRequest } from "./Llm.ts"

export const provider = "llama_cpp_llm"

/** A process with a loaded model. */
export interface LlamaCppProcess {
  readonly isAlive: Effect.Effect<boolean>
  readonly ask: (request: LlmRequest) => Stream.Stream<LlmDelta, LlmFailed>
}

/** Requests in one process, with those that wait. A session has one turn at a time. */
const mostRequests = 256

const loadTimeout = "3 minutes"

const failed = (reason: LlmFailed["reason"], detail: string, advice: string) =>
  new LlmFailed({ provider, reason, detail, advice })

const brokenOff = () =>
  failed(
    "broken-off",
    "the process of the embedded language model has ended",
    "It starts anew with the next message; if that happens again, choose a smaller model with llama_cpp_llm.model_path."
  )

const tooMany = () =>
  failed("rate-limited", `${mostRequests} answers are being waited for already`, "Try again in a moment.")

const rejected = (reason: string) =>
  failed(
    "rejected",
    `the embedded language model could not answer (${reason})`,
    "Shorten the persona or the message, or choose another model with llama_cpp_llm.model_path."
  )

const fromSources = extname(import.meta.url) === ".ts"

/** Starts the worker, as TypeScript where this file is. */
const spawn = (): ChildProcess =>
  fork(fileURLToPath(new URL(`./LlamaCppWorker${extname(import.meta.url)}`, import.meta.url)), [], {
    execArgv: fromSources ? ["--import", createRequire(import.meta.url).resolve("tsx")] : [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true" }
  })

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null

/** Ends the process for certain, and waits until it has ended. */
const end = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (hasEnded(child)) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

/** What the native code prints belongs in the log, not in the terminal. */
const logOutput = (output: Readable | null) =>
  output === null
    ? Effect.void
    : NodeStream.fromReadable(
        () => output,
        () => "closed" as const
      ).pipe(
        Stream.decodeText(),
        Stream.splitLines,
        Stream.runForEach((line) => Effect.logDebug(`${provider}: ${line}`)),
        Effect.ignore
      )

/** Starts a process on a model and waits until it is loaded. The process ends with the scope. */
export const start = Effect.fn("LlamaCppProcess.start")(function* (
  modelPath: string,
  contextSize: number
): Effect.fn.Return<LlamaCppProcess, EngineUnavailable, Scope.Scope> {
  const unavailable = (reason: string) =>
    new EngineUnavailable({
      kind: "llm",
      engine: provider,
      reason: `${basename(modelPath)} could not be loaded: ${reason.replaceAll(modelPath, basename(modelPath))}`,
      advice: "Choose another model with llama_cpp_llm.model_path, or another provider as llm_provider."
    })
  const loaded = yield* Deferred.make<void, EngineUnavailable>()
  const answers = new Map<number, StreamEmit.EmitOpsPush<LlmFailed, LlmDelta>>()
  let lastId = 0

  const receive = (message: FromWorker): void => {
    switch (message._tag) {
      case "Ready":
        return Deferred.unsafeDone(loaded, Exit.void)
      case "LoadFailed":
        return Deferred.unsafeDone(loaded, Exit.fail(unavailable(message.reason)))
      case "Delta":
        return void answers.get(message.id)?.single({ _tag: message.kind, text: message.text })
      case "Done":
        answers.get(message.id)?.end()
        return void answers.delete(message.id)
      case "Failed":
        answers.get(message.id)?.fail(rejected(message.reason))
        return void answers.delete(message.id)
    }
  }
  const mourn = (): void => {
    Deferred.unsafeDone(loaded, Exit.fail(unavailable("its process ended while loading it")))
    for (const answer of answers.values()) answer.fail(brokenOff())
    answers.clear()
  }

  const child = yield* Effect.acquireRelease(Effect.sync(spawn), end)
  child.on("message", receive).once("exit", mourn).on("error", mourn)
  yield* Effect.forkScoped(logOutput(child.stdout))
  yield* Effect.forkScoped(logOutput(child.stderr))
  // What cannot be sent any more went to a process that has ended, which `exit` tells.
  const send = (message: ToWorker) => void child.send(message, () => {})
  send({ _tag: "Load", modelPath, contextSize })
  yield* Deferred.await(loaded).pipe(
    Effect.timeoutFail({
      duration: loadTimeout,
      onTimeout: () => unavailable(`it was not loaded within ${loadTimeout}`)
    })
  )

  return {
    isAlive: Effect.sync(() => !hasEnded(child)),
    ask: ({ conversation, messages, system }) =>
      Stream.asyncPush<LlmDelta, LlmFailed>(
        (emit) =>
          Effect.acquireRelease(
            Effect.suspend(() => {
              if (hasEnded(child)) return Effect.fail(brokenOff())
              if (answers.size >= mostRequests) return Effect.fail(tooMany())
              const id = ++lastId
              answers.set(id, emit)
              const texts = messages.map(({ role, text }) => ({ role, text }))
              send({ _tag: "Ask", id, conversation, system, messages: texts })
              return Effect.succeed(id)
            }),
            (id) =>
              Effect.sync(() => {
                if (answers.delete(id)) send({ _tag: "Stop", id })
              })
          ),
        // A token gives at most one delta: nothing is ever dropped.
        { bufferSize: 2 * longestAnswer, strategy: "dropping" }
      )
  }
})
