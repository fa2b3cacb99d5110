import { Effect, Exit, Fiber } from "effect"
import type { Scope } from "effect"
import * as Bell from "../supervision/Bell.ts"

export interface Options<A, B> {
  /** How many items may be in work, or wait for those before them, at the same time. */
  readonly parallel: number
  /**
   * `hand` takes what has become of the item, once or piece by piece, and waits for nothing: what is worked on keeps no
   * place of a voice, and no connection, until others have been heard. So an item has to bound what it gives.
   */
  readonly work: (item: A, hand: (result: B) => void) => Effect.Effect<void>
  readonly deliver: (result: B) => Effect.Effect<void>
}

/** Works on items concurrently and delivers what becomes of them in the order of the items, each as soon as it may go. */
export interface InOrder<A> {
  /** Begins with an item; waits while too many are under way. Dies of what an earlier item died of. */
  readonly add: (item: A) => Effect.Effect<void>
  /** No more comes: waits until everything has been delivered. Dies of what any item died of; nothing after it is delivered. */
  readonly delivered: Effect.Effect<void>
}

/** What has become of one item so far. */
interface Line<B> {
  readonly ready: Array<B>
  ended: Exit.Exit<void> | undefined
}

/** Closing `scope` interrupts everything that is under way. One fiber delivers, whatever the items. */
export const make = Effect.fnUntraced(function* <A, B>(options: Options<A, B>, scope: Scope.Scope) {
  /** Those that are in work or wait, the oldest first. */
  const lines: Array<Line<B>> = []
  const changed = Bell.make()
  let isOver = false
  let died: Exit.Exit<void> | undefined
  const ended = (exit: Exit.Exit<void>) => {
    if (Exit.isFailure(exit)) died ??= exit
    changed.ring()
  }

  const mayGoOn = () => {
    const [line] = lines
    return line === undefined ? isOver : line.ready.length > 0 || line.ended !== undefined
  }
  const mayAdd = () => died !== undefined || lines.length < options.parallel

  const deliverAll: Effect.Effect<void> = Effect.suspend(() => {
    const line = lines[0]
    const result = line?.ready.shift()
    if (result !== undefined) return Effect.zipRight(options.deliver(result), deliverAll)
    if (line?.ended !== undefined) {
      if (Exit.isFailure(line.ended)) return line.ended
      lines.shift()
      changed.ring()
      return deliverAll
    }
    if (line === undefined && isOver) return Effect.void
    return Effect.zipRight(changed.until(mayGoOn), deliverAll)
  })
  const delivering = yield* Effect.forkIn(deliverAll, scope)
  delivering.addObserver(ended)

  const add = (item: A): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (died !== undefined) return died
      if (!mayAdd()) return Effect.zipRight(changed.until(mayAdd), add(item))
      const line: Line<B> = { ready: [], ended: undefined }
      lines.push(line)
      const hand = (result: B) => {
        line.ready.push(result)
        changed.ring()
      }
      return Effect.map(Effect.forkIn(options.work(item, hand), scope), (working) =>
        working.addObserver((exit) => {
          line.ended = exit
          ended(exit)
        })
      )
    })

  const inOrder: InOrder<A> = {
    add,
    delivered: Effect.suspend(() => {
      isOver = true
      changed.ring()
      return Effect.flatten(Fiber.await(delivering))
    })
  }
  return inOrder
})
