import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Mp3 from "../../src/audio/Mp3.ts"
import * as Sound from "../support/Mp3.ts"

describe("Mp3", () => {
  it.effect("keeps nothing of files that are given up before there is a decoder for them", () =>
    Effect.gen(function* () {
      const { make } = Mp3.make()
      for (let file = 0; file < 200; file++) {
        const decoder = make()
        decoder.free()
        yield* Effect.promise(() => decoder.ready)
      }
      const decoder = make()
      yield* Effect.promise(() => decoder.ready)
      const { channelData } = yield* Effect.promise(async () => decoder.decode(Sound.ofLength(500)))
      assert.isAbove(channelData[0]!.length, 0)
      decoder.free()
      assert.throws(() => decoder.decode(Sound.ofLength(500)))
    })
  )
})
