/** The process that runs an embedded language model. */
import { Cause, Effect, Stream } from "effect"
import * as EngineRunner from "../engine/EngineRunner.ts"
import * as Background from "./Background.ts"
import * as LlamaCppEngine from "./LlamaCppEngine.ts"
import type { Overdue } from "./LlamaCppSlots.ts"
import { longestAnswer } from "./LlamaCppProtocol.ts"
import type { Ask, Load } from "./LlamaCppProtocol.ts"
import type { LlmDelta } from "./Llm.ts"

const toProblem = (failure: LlamaCppEngine.NativeFailure | Overdue) =>
  EngineRunner.problem(failure._tag === "Overdue" ? Background.overdue : failure.message)

const runner = EngineRunner.serve<
  Load,
  Effect.Effect.Success<ReturnType<typeof LlamaCppEngine.load>>,
  Ask,
  LlmDelta
>({
  load: (load) => Effect.mapError(LlamaCppEngine.load(load), toProblem),
  work: (engine, ask) =>
    Stream.asyncPush<LlmDelta, EngineRunner.Problem>(
      (emit) =>
        engine
          .answer(ask, (kind, text) => emit.single({ _tag: kind, text }))
          .pipe(
            Effect.matchCauseEffect({
              onFailure: (cause) => Effect.sync(() => emit.halt(Cause.map(cause, toProblem))),
              onSuccess: () => Effect.sync(() => emit.end())
            }),
            Effect.forkScoped
          ),
      // A token gives at most one delta: nothing is ever dropped.
      { bufferSize: 2 * longestAnswer, strategy: "dropping" }
    )
})

Effect.runFork(runner)
