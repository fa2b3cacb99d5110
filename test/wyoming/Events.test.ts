import { assert, describe, it } from "@effect/vitest"
import * as Events from "../../src/wyoming/Events.ts"

const read = (rate: number) =>
  Events.read({
    type: "audio-start",
    data: { rate, width: 2, channels: 1 },
    payload: new Uint8Array(0)
  })

describe("Events", () => {
  it("are read at sample rates that can be played, and at no others", () => {
    for (const rate of [1000, 22_050, 192_000]) assert.isObject(read(rate))
    for (const rate of [1, 999, 192_001, 384_000, 4_000_000_000]) assert.strictEqual(read(rate), "unreadable")
  })
})
