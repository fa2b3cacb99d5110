import { Presets, SingleBar } from "cli-progress"
import { Effect } from "effect"

/** Shows how many of some things are done. */
export type Show = (what: string, done: number, total: number) => Effect.Effect<void>

/** A bar where standard error is a terminal, for as long as the scope is open; nothing elsewhere. */
export const make = Effect.gen(function* () {
  if (!process.stderr.isTTY) return (() => Effect.void) satisfies Show
  const bar = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new SingleBar(
          {
            format: "{what} [{bar}] {value} of {total}",
            stream: process.stderr,
            clearOnComplete: true,
            hideCursor: true,
            // The process belongs to main: a bar must not listen for its signals.
            gracefulExit: false
          },
          Presets.shades_classic
        )
    ),
    (bar) => Effect.sync(() => bar.stop())
  )
  let shown: string | undefined
  const show: Show = (what, done, total) =>
    Effect.sync(() => {
      if (shown === undefined) bar.start(total, done, { what })
      else if (shown !== what) bar.setTotal(total)
      shown = what
      bar.update(done, { what })
    })
  return show
})
