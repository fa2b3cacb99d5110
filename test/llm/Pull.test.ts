import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Option, Scope, Stream } from "effect"
import * as Pull from "../../src/llm/Pull.ts"

/** A stream of these chunks that ends so, and what has been done for it. */
const made = (chunks: ReadonlyArray<ReadonlyArray<number>>, end: Option.Option<string>) => {
  const journal: Array<string> = []
  const open: Pull.Open<number, string> = Effect.suspend(() => {
    journal.push("opened")
    const left = [...chunks]
    const pull: Pull.Pull<number, string> = Effect.suspend(() => {
      const next = left.shift()
      return next === undefined ? Effect.fail(end) : Effect.succeed(Chunk.fromIterable(next))
    })
    return Effect.as(
      Effect.addFinalizer(() => Effect.sync(() => journal.push("closed"))),
      pull
    )
  })
  return { journal, stream: Pull.stream(open) }
}

const isEven = (value: number): value is 2 | 4 => value % 2 === 0

/** What is read until the end, and the end. */
const readAll = <A>(pull: Pull.Pull<A, string>) =>
  Effect.gen(function* () {
    const read: Array<A> = []
    for (;;) {
      const exit = yield* Effect.exit(pull)
      if (Exit.isFailure(exit)) return { read, end: exit }
      read.push(...exit.value)
    }
  })

describe("Pull", () => {
  it.effect("reads what Stream reads, filtered too, and ends as it does", () =>
    Effect.gen(function* () {
      for (const end of [Option.none(), Option.some("broke off")]) {
        const chunks = [[1, 2], [3], [4, 5]]
        for (const of of [Pull.of, Stream.toPull]) {
          const read = yield* Effect.scoped(Effect.flatMap(of(made(chunks, end).stream), readAll))
          expect(read).toEqual({ read: [1, 2, 3, 4, 5], end: Exit.fail(end) })
          const even = Pull.filter(made(chunks, end).stream, isEven)
          expect(yield* Effect.scoped(Effect.flatMap(of(even), readAll))).toEqual({
            read: [2, 4],
            end: Exit.fail(end)
          })
        }
      }
    })
  )

  it.effect("opens when it is read, and closes at the end though its scope stays open", () =>
    Effect.gen(function* () {
      for (const end of [Option.none(), Option.some("broke off")]) {
        const { journal, stream } = made([[1]], end)
        const scope = yield* Scope.make()
        const pull = yield* Scope.extend(Pull.of(stream), scope)
        expect(journal).toEqual([])
        yield* pull
        expect(journal).toEqual(["opened"])
        yield* Effect.exit(pull)
        expect(journal).toEqual(["opened", "closed"])
        yield* Scope.close(scope, Exit.void)
        expect(journal).toEqual(["opened", "closed"])
      }
    })
  )

  it.effect("closes with its scope what has not been read to its end", () =>
    Effect.gen(function* () {
      const { journal, stream } = made([[1], [2]], Option.none())
      yield* Effect.scoped(Effect.flatten(Pull.of(stream)))
      expect(journal).toEqual(["opened", "closed"])
    })
  )

  it.effect("reads streams of other makes", () =>
    Effect.gen(function* () {
      const even = Pull.filter(Stream.make(1, 2, 3, 4), isEven)
      expect((yield* Effect.scoped(Effect.flatMap(Pull.of(even), readAll))).read).toEqual([2, 4])
    })
  )
})
