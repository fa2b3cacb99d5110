import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as Quotation from "../../src/engine/Quotation.ts"

const secret = Redacted.make("very secret key")
const python = `Traceback (most recent call last):
  File "/srv/app/main.py", line 3, in answer
    raise ValueError(text)
ValueError: no such voice in /srv/voices/hana.onnx`

describe("Quotation", () => {
  for (const [said, quoted] of [
    ["out of tea", ': "out of tea"'],
    ["out\n\tof\u0007 tea ", ': "out of tea"'],
    ["", ""],
    ["<html><body>Bad gateway", ""],
    ['{"error":{"message":"no cats"}}', ': "no cats"'],
    ['{"error":"no cats"}', ': "no cats"'],
    [{ detail: "no cats" }, ': "no cats"'],
    ['{"message":"no cats"}', ': "no cats"'],
    ["your very secret key is wrong", ': "your … is wrong"'],
    [python, ': "ValueError: no such voice in hana.onnx"'],
    [JSON.stringify({ detail: python }), ': "ValueError: no such voice in hana.onnx"'],
    ["Error: no cats\n    at ask (/srv/app/main.js:3:1)\n    at node:internal/x:1:2", ': "Error: no cats"'],
    ["Incorrect API key provided: sk-proj-abc123def456.", ': "Incorrect API key provided: …."'],
    ["Incorrect API key provided: abcd1***************wxyz.", ': "Incorrect API key provided: …."'],
    ["Authorization: Bearer abcd-efgh", ': "Authorization: Bearer …"'],
    ["see https://joe:pw@example.com/a?api_key=abcdef12 there", ': "see example.com there"'],
    ['{"api_key": "abcdef", "x": 1}', ': "{"api_key": "…", "x": 1}"'],
    ["wrong 0123456789abcdef0123456789abcdef", ': "wrong …"'],
    ["no model claude-3-5-sonnet-20241022-v2", ': "no model claude-3-5-sonnet-20241022-v2"'],
    ["3 tokens: too many, max_tokens=9", ': "3 tokens: too many, max_tokens=9"'],
    ["a".repeat(200), `: "${"a".repeat(160)}…"`]
  ] as const) {
    it(`quotes ${JSON.stringify(said).slice(0, 60)}`, () =>
      assert.strictEqual(Quotation.quote(said, secret), quoted))
  }
})
