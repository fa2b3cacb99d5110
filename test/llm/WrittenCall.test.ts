import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as WrittenCall from "../../src/llm/WrittenCall.ts"

/** Reads a whole text, cut into pieces of the given sizes; stops at the first calls, as the caller does. */
const read = (text: string, sizes: ReadonlyArray<number> = [text.length || 1]) => {
  const reader = WrittenCall.reader(tools)
  let said = ""
  let at = 0
  for (let turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length]!
    const { calls, text: passed } = reader.push(text.slice(at, at + size))
    said += passed
    if (calls.length > 0) return { said, calls, readTo: at + size }
    at += size
  }
  const last = reader.flush()
  return { said: said + last.text, calls: last.calls, readTo: at }
}

const tools = new Set(["weather", "a", "b"])

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })

const weather = [{ name: "weather", input: '{"city":"Kyoto"}' }]

describe("a call written as text", () => {
  it.each([
    ["as asked", '{"tool": "weather", "arguments": {"city": "Kyoto"}}'],
    ["in a fence", '```json\n{"tool": "weather", "arguments": {"city": "Kyoto"}}\n```'],
    ["in a list", '[{"tool": "weather", "arguments": {"city": "Kyoto"}}]'],
    ["as upstream asks", '[{"mcp_server": "w", "tool": "weather", "arguments": {"city": "Kyoto"}}]'],
    ["with its arguments as text", String.raw`{"name": "weather", "arguments": "{\"city\":\"Kyoto\"}"}`],
    ["in tags", '<tool_call>\n{"name": "weather", "arguments": {"city": "Kyoto"}}\n</tool_call>'],
    [
      "in OpenAI's shape",
      '{"type": "function", "function": {"name": "weather", "parameters": {"city": "Kyoto"}}}'
    ],
    ["without its last braces", '{"tool": "weather", "arguments": {"city": "Kyoto"'],
    ["with quotes of another kind", "{'tool': 'weather', 'arguments': {'city': 'Kyoto'}}"],
    ["without quotes", '{tool: "weather", arguments: {city: "Kyoto"}}'],
    ["with a comma too many", '{"tool": "weather", "arguments": {"city": "Kyoto",},}']
  ])("is read %s, however it is cut", (_, text) => {
    fc.assert(
      fc.property(sizes, (cut) => {
        const { calls, said } = read(`One moment.\n${text}`, cut)
        expect(calls).toEqual(weather)
        expect(said).toBe("One moment.\n")
      })
    )
  })

  it("ends the reading where it is complete, whatever the model goes on to write", () => {
    const call = '{"tool": "weather", "arguments": {"city": "Kyoto"}}'
    const { calls, readTo } = read(`${call}\nResult: It is sunny! {"tool": "other"}`, [1])
    expect(calls).toEqual(weather)
    expect(readTo).toBe(call.length)
  })

  it("may be one of several", () => {
    const two = '[{"tool": "a", "arguments": {}}, {"tool": "b", "arguments": {"n": [1, {"deep": "}"}]}}]'
    expect(read(two, [3]).calls).toEqual([
      { name: "a", input: "{}" },
      { name: "b", input: '{"n":[1,{"deep":"}"}]}' }
    ])
  })

  it("holds back nothing that cannot be a call", () => {
    const reader = WrittenCall.reader(tools)
    for (const text of ["[joy] Hello", " {curly} words", " ```python\n", ' {"city": 1}', " [1, 2]", " a < b"])
      expect(reader.push(text)).toEqual({ text, calls: [] })
  })

  it("is text after all when it names no tool", () => {
    const text = 'Look: {"type": "cat", "id": 7} and so on'
    expect(read(text, [2])).toMatchObject({ said: text, calls: [] })
  })

  it("is none when something of that name is only spoken of", () => {
    const text = 'Here is a person: {"name": "Alice", "age": 5}. Nice? And {"tool": "x"} too.'
    expect(read(text, [3])).toMatchObject({ said: text, calls: [] })
    // A tool that there is none of, called as one: the model is told so.
    expect(read('{"tool": "oven", "arguments": {}}').calls).toEqual([{ name: "oven", input: "{}" }])
    expect(read('[{"name": "weather"}, {"name": "Alice"}]').calls).toEqual([])
  })

  it("is read in time that grows with its length, and is text beyond a bound", () => {
    const long = `{"tool": "weather", "arguments": {"x": [${"{},".repeat(20_000)}{}]}}`
    expect(read(long, [3]).calls).toHaveLength(1)
    const endless = `{"tool": "weather", "arguments": {"x": "${"}]".repeat(50_000)}`
    expect(read(endless, [5])).toMatchObject({ said: endless, calls: [] })
  })

  it("takes no more of a nest than a call has", () => {
    const nest = `${'{"function": '.repeat(2000)}1${"}".repeat(2000)}`
    expect(read(nest)).toMatchObject({ said: nest, calls: [] })
  })

  it("loses no text that holds none", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      "`",
      "```",
      "<",
      "tool",
      '"',
      ":",
      " ",
      "a",
      "\n",
      "json"
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), sizes, (pieces, cut) => {
        const text = pieces.join("")
        const { calls, said } = read(text, cut)
        if (calls.length === 0) expect(said).toBe(text)
      })
    )
  })
})
