import { assert, describe, it } from "@effect/vitest"
import * as Utterance from "../../src/conversation/Utterance.ts"

const samples = (count: number, value: number) => new Float32Array(count).fill(value)

describe("Utterance", () => {
  it("joins the client's chunks, up to 120 s", () => {
    const utterance = Utterance.make()
    assert.strictEqual(utterance.add(samples(0, 1)), "dropped")
    assert.strictEqual(utterance.add(samples(2, 1)), "first")
    assert.strictEqual(utterance.add(samples(1_919_990, 2)), "kept")
    assert.strictEqual(utterance.add(samples(20, 2)), "full")
    assert.strictEqual(utterance.add(samples(1, 3)), "dropped")
    const taken = utterance.take()
    assert.lengthOf(taken, 1_920_000)
    assert.deepStrictEqual([...taken.subarray(0, 3)], [1, 1, 2])
    assert.lengthOf(utterance.take(), 0)
    assert.strictEqual(utterance.add(samples(1, 3)), "first")
  })

  it("forgets everything when it is given up", () => {
    const utterance = Utterance.make()
    utterance.keep(samples(1, 1))
    utterance.add(samples(1_920_000, 2))
    utterance.add(samples(1, 2))
    utterance.discard()
    assert.strictEqual(utterance.add(samples(2, 3)), "first")
    assert.deepStrictEqual(utterance.take(), samples(2, 3))
    assert.lengthOf(utterance.take(), 0)
    assert.strictEqual(utterance.keep(samples(1, 1)), "new")
  })

  it("keeps what the server has heard apart, joined up to 120 s", () => {
    const utterance = Utterance.make()
    assert.strictEqual(utterance.keep(samples(1, 1)), "new")
    utterance.add(samples(2, 9))
    assert.strictEqual(utterance.keep(samples(1_919_999, 2)), "joined")
    assert.strictEqual(utterance.keep(samples(1, 3)), "full")
    assert.strictEqual(utterance.keep(samples(1, 3)), "dropped")
    assert.deepStrictEqual(utterance.take(), samples(2, 9))
    assert.lengthOf(utterance.take(), 1_920_000)
    assert.lengthOf(utterance.take(), 0)
    assert.strictEqual(utterance.keep(samples(1, 3)), "new")
  })
})
