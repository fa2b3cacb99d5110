import { describe, expect, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, FastCheck as fc, Scope, TestClock } from "effect"
import * as InOrder from "../../src/conversation/InOrder.ts"

interface Item {
  readonly index: number
  readonly ms: number
}

/** `dies`: the index of an item whose work dies. */
const watched = (dies?: number) => {
  const seen = { delivered: [] as Array<number>, now: 0, peak: 0, interrupted: 0 }
  const options: InOrder.Options<Item, number> = {
    parallel: 3,
    work: ({ index, ms }, hand) =>
      index === dies
        ? Effect.die("inside")
        : Effect.sync(() => (seen.peak = Math.max(seen.peak, ++seen.now))).pipe(
            Effect.zipRight(Effect.sleep(ms)),
            Effect.onInterrupt(() => Effect.sync(() => seen.interrupted++)),
            Effect.ensuring(Effect.sync(() => seen.now--)),
            Effect.map(() => hand(index))
          ),
    deliver: (index) => Effect.sync(() => void seen.delivered.push(index))
  }
  return { seen, options }
}

/** Lets everything happen that waits for nothing but its turn. */
const settle = Effect.repeatN(Effect.yieldNow(), 30)

/** The pieces of an item, by name: how many ms after the beginning of its work each of them comes. */
type Pieces = Readonly<Record<string, number>>

/** Hands its pieces at their times. */
const inPieces = (pieces: Pieces, hand: (name: string) => void) =>
  Effect.forEach(
    Object.entries(pieces),
    ([name, ms], index) =>
      Effect.map(Effect.sleep(ms - (Object.values(pieces)[index - 1] ?? 0)), () => hand(name)),
    { discard: true }
  )

/** Items that come in pieces, each of which is delivered at once. `ms`: how long each item takes besides. */
const piecesOf = Effect.fnUntraced(function* (parallel: number, ms = 0) {
  const delivered: Array<string> = []
  const options: InOrder.Options<Pieces, string> = {
    parallel,
    work: (pieces, hand) => Effect.zipRight(Effect.sleep(ms), inPieces(pieces, hand)),
    deliver: (name) => Effect.sync(() => void delivered.push(name))
  }
  const inOrder = yield* InOrder.make(options, yield* Effect.scope)
  return { delivered, inOrder }
})

/** Delivers what comes; each delivery waits until it is let go on. */
const slowly = () => {
  const seen = { begun: [] as Array<string>, delivered: [] as Array<string> }
  const waiting: Array<Deferred.Deferred<void>> = []
  const deliver = Effect.fnUntraced(function* (name: string) {
    const goesOn = yield* Deferred.make<void>()
    seen.begun.push(name)
    waiting.push(goesOn)
    yield* Deferred.await(goesOn)
    seen.delivered.push(name)
  })
  /** Lets the delivery that waits go on. */
  const letGo = Effect.suspend(() => Effect.zipRight(Deferred.succeed(waiting.shift()!, undefined), settle))
  return { seen, deliver, letGo }
}

describe("InOrder", () => {
  it.effect.prop(
    "delivers in the order of the items, whatever each of them takes",
    [fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })],
    ([times]) =>
      Effect.gen(function* () {
        const { options, seen } = watched()
        const scope = yield* Scope.make()
        const inOrder = yield* InOrder.make(options, scope)
        const all = yield* Effect.fork(
          Effect.zipRight(
            Effect.forEach(times, (ms, index) => inOrder.add({ ms, index })),
            inOrder.delivered
          )
        )
        yield* TestClock.adjust("2 seconds")
        expect(Exit.isSuccess(yield* all.await)).toBe(true)
        expect(seen.delivered).toEqual(times.map((_, index) => index))
        expect(seen.peak).toBeLessThanOrEqual(3)
        yield* Scope.close(scope, Exit.void)
      })
  )

  it.effect("delivers the first as soon as it is ready", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const [index, ms] of [10, 500, 20].entries()) yield* inOrder.add({ index, ms })
      yield* TestClock.adjust("10 millis")
      expect(seen.delivered).toEqual([0])
      yield* TestClock.adjust("490 millis")
      expect(seen.delivered).toEqual([0, 1, 2])
    }).pipe(Effect.scoped)
  )

  it.effect("dies of what an item died of, and delivers nothing after it", () =>
    Effect.gen(function* () {
      const { options, seen } = watched(1)
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const index of [0, 1, 2]) yield* inOrder.add({ index, ms: 10 })
      const done = yield* Effect.fork(Effect.exit(inOrder.delivered))
      yield* TestClock.adjust("10 millis")
      const exit = yield* Effect.flatten(done.await)
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("inside")
      expect(seen.delivered).toEqual([0])
    }).pipe(Effect.scoped)
  )

  it.effect("begins with nothing more once an item has died", () =>
    Effect.gen(function* () {
      const { options, seen } = watched(0)
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      yield* inOrder.add({ index: 0, ms: 0 })
      yield* TestClock.adjust("1 millis")
      const exit = yield* Effect.exit(inOrder.add({ index: 1, ms: 0 }))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("inside")
      expect(seen.peak).toBe(0)
    }).pipe(Effect.scoped)
  )

  it.effect("holds a place until the result has been delivered", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const [index, ms] of [500, 1, 1].entries()) yield* inOrder.add({ index, ms })
      const fourth = yield* Effect.fork(inOrder.add({ index: 3, ms: 1 }))
      yield* TestClock.adjust("499 millis")
      expect(fourth.unsafePoll()).toBeNull()
      yield* TestClock.adjust("10 millis")
      expect(seen.delivered).toEqual([0, 1, 2, 3])
    }).pipe(Effect.scoped)
  )

  it.effect("leaves nothing running when its scope closes", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const scope = yield* Scope.make()
      const inOrder = yield* InOrder.make(options, scope)
      for (const index of [0, 1, 2]) yield* inOrder.add({ index, ms: 1000 })
      yield* TestClock.adjust("1 millis")
      yield* Scope.close(scope, Exit.void)
      expect(seen).toEqual({ delivered: [], now: 0, peak: 3, interrupted: 3 })
    })
  )

  it.scoped("delivers the pieces of the first item as they come, and those of later ones after its end", () =>
    Effect.gen(function* () {
      const { delivered, inOrder } = yield* piecesOf(3)
      yield* inOrder.add({ a1: 10, a2: 30, a3: 30, a4: 50 })
      yield* inOrder.add({ b1: 5, b2: 20, b3: 70 })
      yield* inOrder.add({ c1: 1 })
      yield* TestClock.adjust("10 millis")
      expect(delivered).toEqual(["a1"])
      yield* TestClock.adjust("20 millis")
      expect(delivered).toEqual(["a1", "a2", "a3"])
      yield* TestClock.adjust("20 millis")
      expect(delivered).toEqual(["a1", "a2", "a3", "a4", "b1", "b2"])
      yield* TestClock.adjust("20 millis")
      yield* inOrder.delivered
      expect(delivered).toEqual(["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"])
    })
  )

  it.scoped("goes on with the work while a delivery takes its time, and delivers one after the other", () =>
    Effect.gen(function* () {
      const { deliver, letGo, seen } = slowly()
      const ended: Array<string> = []
      const inOrder = yield* InOrder.make<string, string>(
        {
          parallel: 3,
          work: (item, hand) =>
            Effect.map(inPieces({ [`${item}1`]: 10, [`${item}2`]: 20 }, hand), () => void ended.push(item)),
          deliver
        },
        yield* Effect.scope
      )
      for (const item of ["a", "b", "c"]) yield* inOrder.add(item)
      const done = yield* Effect.fork(inOrder.delivered)
      yield* TestClock.adjust("1 minute")
      expect(ended).toEqual(["a", "b", "c"])
      expect(seen.begun).toEqual(["a1"])
      const all = ["a1", "a2", "b1", "b2", "c1", "c2"]
      for (let count = 1; count <= all.length; count++) {
        expect(done.unsafePoll()).toBeNull()
        yield* letGo
        expect(seen.delivered).toEqual(all.slice(0, count))
        expect(seen.begun).toEqual(all.slice(0, count + 1))
      }
      yield* done.await
    })
  )

  it.scoped("dies of what a delivery dies of, whoever waits, and delivers nothing after it", () =>
    Effect.gen(function* () {
      const delivered: Array<number> = []
      const inOrder = yield* InOrder.make<number, number>(
        {
          parallel: 3,
          work: (item, hand) => Effect.map(Effect.sleep(10), () => hand(item)),
          deliver: (item) =>
            item === 1 ? Effect.die("outside") : Effect.sync(() => void delivered.push(item))
        },
        yield* Effect.scope
      )
      for (const item of [1, 2, 3]) yield* inOrder.add(item)
      const fourth = yield* Effect.fork(Effect.exit(inOrder.add(4)))
      const done = yield* Effect.fork(Effect.exit(inOrder.delivered))
      yield* TestClock.adjust("1 second")
      const fifth = yield* Effect.fork(Effect.exit(inOrder.add(5)))
      yield* settle
      for (const waits of [fourth, done, fifth]) {
        const ended = waits.unsafePoll()
        const exit = ended === null ? undefined : yield* ended
        expect(exit !== undefined && Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("outside")
      }
      expect(delivered).toEqual([])
    })
  )

  it.scoped("delivers what an item had handed before it died", () =>
    Effect.gen(function* () {
      const { deliver, letGo, seen } = slowly()
      const inOrder = yield* InOrder.make<string, string>(
        {
          parallel: 3,
          work: (item, hand) =>
            Effect.zipRight(
              Effect.sync(() => hand(item)),
              item === "b" ? Effect.die("inside") : Effect.void
            ),
          deliver
        },
        yield* Effect.scope
      )
      for (const item of ["a", "b", "c"]) yield* inOrder.add(item)
      yield* settle
      const done = yield* Effect.fork(Effect.exit(inOrder.delivered))
      yield* letGo
      yield* letGo
      const exit = yield* Effect.flatten(done.await)
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("inside")
      expect(seen.begun).toEqual(["a", "b"])
    })
  )

  it.scoped(
    "delivers work that has ended before its turn came, and passes over what has handed nothing",
    () =>
      Effect.gen(function* () {
        const { delivered, inOrder } = yield* piecesOf(5)
        yield* inOrder.add({ a: 100 })
        yield* inOrder.add({ b: 0 })
        yield* inOrder.add({})
        yield* inOrder.add({ d: 0 })
        yield* TestClock.adjust("99 millis")
        expect(delivered).toEqual([])
        yield* TestClock.adjust("1 millis")
        expect(delivered).toEqual(["a", "b", "d"])
        // Nothing waits by now.
        yield* inOrder.add({})
        yield* inOrder.add({ f: 0 })
        yield* inOrder.delivered
        expect(delivered).toEqual(["a", "b", "d", "f"])
      })
  )

  it.scoped("gives the place of an item free that ends without having handed anything", () =>
    Effect.gen(function* () {
      const { delivered, inOrder } = yield* piecesOf(1, 10)
      yield* inOrder.add({})
      const second = yield* Effect.fork(inOrder.add({ b: 0 }))
      yield* TestClock.adjust("9 millis")
      expect(second.unsafePoll()).toBeNull()
      yield* TestClock.adjust("11 millis")
      expect(second.unsafePoll()).not.toBeNull()
      expect(delivered).toEqual(["b"])
      yield* inOrder.delivered
    })
  )
})
