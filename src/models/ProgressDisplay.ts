import { MultiBar, Presets } from "cli-progress"
import { Effect, RcRef } from "effect"
import type { Scope } from "effect"
import * as Progress from "./Progress.ts"

/** Shows one model's progress for as long as its scope is open. */
export type Open = (
  model: string
) => Effect.Effect<(progress: Progress.Progress) => Effect.Effect<void>, never, Scope.Scope>

const bars = Effect.acquireRelease(
  Effect.sync(
    () =>
      new MultiBar(
        {
          format: "{model} {phase} [{bar}] {percentage} % of {size}",
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
          // The process belongs to main: a bar must not listen for its signals.
          gracefulExit: false
        },
        Presets.shades_classic
      )
  ),
  (bars) => Effect.sync(() => bars.stop())
)

const onTerminal: Effect.Effect<Open, never, Scope.Scope> = Effect.map(
  RcRef.make({ acquire: bars }),
  (shared) => (model) =>
    Effect.gen(function* () {
      const all = yield* RcRef.get(shared)
      const bar = yield* Effect.acquireRelease(
        Effect.sync(() => all.create(1, 0, { model, phase: "waiting", size: "" })),
        (bar) =>
          Effect.sync(() => {
            bar.stop()
            all.remove(bar)
          })
      )
      return (progress) =>
        Effect.sync(() => {
          bar.setTotal(progress.total)
          bar.update(progress.received, {
            model,
            phase: progress.phase,
            size: Progress.readable(progress.total)
          })
        })
    })
)

/** A log line for every tenth of a phase. */
const inLog: Open = (model) =>
  Effect.sync(() => {
    let last = ""
    return (progress) => {
      const tenth = Math.floor(Progress.percent(progress) / 10) * 10
      const step = `${progress.phase} ${tenth}`
      if (step === last) return Effect.void
      last = step
      return Effect.logInfo(`${model}: ${progress.phase}, ${tenth} % of ${Progress.readable(progress.total)}`)
    }
  })

/** Bars where standard error is a terminal, log lines elsewhere. */
export const make: Effect.Effect<Open, never, Scope.Scope> = Effect.suspend(() =>
  process.stderr.isTTY ? onTerminal : Effect.succeed(inLog)
)
