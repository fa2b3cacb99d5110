import { Chunk, Context, Effect, ExecutionStrategy, Exit, Option, Scope, Stream } from "effect"
import * as WholeFiber from "../supervision/WholeFiber.ts"

/** The next of what a stream gives; fails with `None` at its end. One caller at a time. */
export type Pull<A, E> = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>

/** Opens what is read; it closes with the scope. */
export type Open<A, E> = Effect.Effect<Pull<A, E>, E, Scope.Scope>

const opening = Symbol("seiyuu/llm/Pull")

// A WeakMap would keep all that a stream knows until the whole heap is collected: what has become old holds its values.
const openOf = <A, E>(stream: Stream.Stream<A, E> & { readonly [opening]?: Open<A, E> }) => stream[opening]

/** A stream that `of` reads without what Effect's streams are made of, which costs more than most answers are long. */
export const stream = <A, E>(open: Open<A, E>): Stream.Stream<A, E> => {
  const made = Stream.unwrapScoped(Effect.map(open, Stream.repeatEffectChunkOption))
  return Object.assign(made, { [opening]: open })
}

/** `Stream.filter`, which keeps that. */
export const filter = <A, B extends A, E>(
  from: Stream.Stream<A, E>,
  isWanted: (value: A) => value is B
): Stream.Stream<B, E> => {
  const open = openOf(from)
  return open === undefined
    ? Stream.filter(from, isWanted)
    : stream(Effect.map(open, (pull) => Effect.map(pull, Chunk.filter(isWanted))))
}

/** Reads a stream, as `Stream.toPull` does: nothing is opened before it is asked for the first time, and at the end all is closed. */
export const of = <A, E>(stream: Stream.Stream<A, E>): Effect.Effect<Pull<A, E>, never, Scope.Scope> => {
  const open = openOf(stream)
  if (open === undefined) return Stream.toPull(stream)
  return Effect.flatMap(Effect.scope, (outer) =>
    Effect.map(Scope.fork(outer, ExecutionStrategy.sequential), (scope) => {
      let opened: Pull<A, E> | undefined
      const begin = WholeFiber.lend(open, Context.make(Scope.Scope, scope)).pipe(
        Effect.mapError(Option.some),
        Effect.flatMap((pull) => (opened = pull))
      )
      return Effect.tapErrorCause(
        Effect.suspend(() => opened ?? begin),
        (cause) => Effect.uninterruptible(Scope.close(scope, Exit.failCause(cause)))
      )
    })
  )
}
