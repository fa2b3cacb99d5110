import { Effect } from "effect"
import type { Duration, Scope } from "effect"

/** What was opened, interrupted and closed, in order. */
export type Journal = Array<string>

/** Something that takes `time` to open and writes down what happens to it. */
export const slow = (
  journal: Journal,
  name: string,
  time: Duration.DurationInput
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    restore(Effect.sleep(time)).pipe(
      Effect.onInterrupt(() => Effect.sync(() => journal.push(`interrupt ${name}`))),
      Effect.zipRight(Effect.sync(() => journal.push(`open ${name}`))),
      Effect.zipRight(Effect.addFinalizer(() => Effect.sync(() => journal.push(`close ${name}`))))
    )
  )

/** The journal with neighbouring interruptions in alphabetical order: siblings are interrupted at the same time. */
export const ordered = (journal: Journal): ReadonlyArray<string> => {
  const out: Array<string> = []
  let interruptions: Array<string> = []
  for (const entry of [...journal, ""]) {
    if (entry.startsWith("interrupt")) {
      interruptions.push(entry)
      continue
    }
    out.push(...interruptions.toSorted(), entry)
    interruptions = []
  }
  return out.slice(0, -1)
}
