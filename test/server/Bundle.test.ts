import { Duplex } from "node:stream"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Bundle from "../../src/server/Bundle.ts"

const watched = () => {
  const pieces: Array<number> = []
  const stream = new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => {
      pieces.push(1)
      done()
    },
    writev: (chunks, done) => {
      pieces.push(chunks.length)
      done()
    }
  })
  return { pieces, stream, bundle: Bundle.make(stream) }
}

const turnOfTheLoop = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

describe("Bundle", () => {
  it.live("waits for fibers that an event of the socket has started", () =>
    Effect.gen(function* () {
      const { bundle, pieces, stream } = watched()
      yield* Effect.async<void>((resume) => {
        setImmediate(() => {
          bundle()
          stream.write("x")
          queueMicrotask(() => {
            bundle()
            stream.write("x")
            setImmediate(() => resume(Effect.void))
          })
        })
      })
      expect(pieces).toEqual([2])
    })
  )

  it.live("sends what fibers write one after the other in one piece", () =>
    Effect.gen(function* () {
      const { bundle, pieces, stream } = watched()
      for (let index = 0; index < 5; index++) {
        bundle()
        stream.write("x")
        yield* Effect.yieldNow()
      }
      yield* turnOfTheLoop
      expect(pieces).toEqual([5])
    })
  )

  it.live("holds nothing back for longer", () =>
    Effect.gen(function* () {
      const { bundle, pieces, stream } = watched()
      for (const expected of [[1], [1, 1]]) {
        bundle()
        stream.write("x")
        yield* turnOfTheLoop
        expect(pieces).toEqual(expected)
      }
    })
  )
})
