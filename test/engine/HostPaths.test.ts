import { assert, describe, it } from "@effect/vitest"
import * as HostPaths from "../../src/engine/HostPaths.ts"

describe("HostPaths", () => {
  for (const [text, without] of [
    ["Load model from /home/joe/m.onnx failed", "Load model from m.onnx failed"],
    ["'/opt/data/': no such folder", "'': no such folder"],
    ["C:\\Users\\joe\\m.onnx:3 is broken", "m.onnx:3 is broken"],
    ["~/voices/joe.onnx (not found)", "joe.onnx (not found)"],
    ["Load model from /home/joe smith/my own models/m.onnx failed", "Load model from m.onnx failed"],
    ['open "C:\\Program Files\\Joe Smith\\m.onnx": no such file', 'open "m.onnx": no such file'],
    ["copied /home/joe/a.onnx to /home/ann b/c.onnx", "copied a.onnx to c.onnx"],
    ["read/write error, 3/4 done", "read/write error, 3/4 done"]
  ] as const) {
    it(`hides where things lie: ${text}`, () => assert.strictEqual(HostPaths.without(text), without))
  }
})
