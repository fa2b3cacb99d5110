import { assert, describe, it } from "@effect/vitest"
import * as HostPaths from "../../src/engine/HostPaths.ts"

describe("HostPaths", () => {
  for (const [text, without] of [
    ["Load model from /home/joe/m.onnx failed", "Load model from m.onnx failed"],
    ["'/opt/data/': no such folder", "'': no such folder"],
    ["C:\\Users\\joe\\m.onnx:3 is broken", "m.onnx:3 is broken"],
    ["~/voices/joe.onnx (not found)", "joe.onnx (not found)"],
    ["read/write error, 3/4 done", "read/write error, 3/4 done"]
  ] as const) {
    it(`hides where things lie: ${text}`, () => assert.strictEqual(HostPaths.without(text), without))
  }
})
