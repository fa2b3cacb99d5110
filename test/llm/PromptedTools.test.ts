import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { LlmFailed } from "../../src/llm/Llm.ts"
import type { Llm, LlmDelta, LlmRequest, LlmTool } from "../../src/llm/Llm.ts"
import * as PromptedTools from "../../src/llm/PromptedTools.ts"
import * as ScriptedLlm from "../support/ScriptedLlm.ts"

const weather: LlmTool = {
  name: "weather",
  description: "Tells the weather\n of a city.",
  inputSchema: {
    type: "object",
    properties: {
      city: { type: "string", description: "its name" },
      unit: { enum: ["C", "F"] },
      days: { type: "array", items: { type: "integer" } }
    },
    required: ["city"]
  }
}

const request: LlmRequest = {
  conversation: "c",
  system: "You are Hana.",
  messages: [{ role: "user", text: "Rain in Kyoto?" }],
  tools: [weather]
}

const prompt = "Write JSON.\n[<insert_tools>]\nThat is all."

const over = (llm: Llm) => PromptedTools.over(llm, { prompt, refused: new WeakSet() })

const collect = (stream: Stream.Stream<LlmDelta, LlmFailed>) =>
  Effect.map(Stream.runCollect(stream), (deltas) => [...deltas])

/** Deltas without the ids, which are made up. */
const shape = (deltas: ReadonlyArray<LlmDelta>) =>
  deltas.map((delta) =>
    delta._tag === "Call" ? [delta.request.name, JSON.parse(delta.request.input)] : [delta._tag, delta.text]
  )

const written = ['{"tool": "wea', 'ther", "arguments": {"city": "Kyoto"}}', "\nResult: sunny"]
const kyoto = ["weather", { city: "Kyoto" }]
const refusal = new LlmFailed({
  provider: "scripted_llm",
  reason: "no-tools",
  detail: "it takes no tools",
  advice: "Choose another model."
})

describe("prompted tools", () => {
  it.effect("tell a model without calls of its own of them, behind its persona", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([["No idea."]], { callsTools: false })
      yield* collect(over(llm).stream(request))
      expect(requests).toEqual([
        {
          conversation: "c",
          messages: request.messages,
          system: [
            "You are Hana.",
            "",
            "Write JSON.",
            "- weather: Tells the weather of a city.",
            '  arguments: {"city": <string: its name>, "unit": one of ["C","F"] (optional), "days": [<integer>] (optional)}',
            "That is all."
          ].join("\n")
        }
      ])
    })
  )

  it.effect("read its call, and let it write no result of its own making", () =>
    Effect.gen(function* () {
      const model = ScriptedLlm.make([["Let me look. ", ...written, " and more"]], { callsTools: false })
      const deltas = yield* collect(over(model.llm).stream(request))
      expect(shape(deltas)).toEqual([["Text", "Let me look. "], kyoto])
      expect(model.written).not.toContain("\nResult: sunny")
    })
  )

  it.effect("take nothing that is only thought for a call", () =>
    Effect.gen(function* () {
      const { llm } = ScriptedLlm.make([["<think>I could write ", ...written, "</think>Hello"]], {
        callsTools: false
      })
      const deltas = yield* collect(over(llm).stream(request))
      expect(shape(deltas).at(-1)).toEqual(["Text", "Hello"])
      expect(deltas.some(({ _tag }) => _tag === "Call")).toBe(false)
    })
  )

  it.effect("tell it the results as talk", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([["Rain."]], { callsTools: false })
      const outcome = { request: { id: "1", name: "weather", input: '{"city":"Kyoto"}' }, text: "rain" }
      yield* collect(
        over(llm).stream({
          ...request,
          messages: [
            ...request.messages,
            {
              role: "tools",
              text: "Let me look.",
              outcomes: [
                { ...outcome, failed: false },
                { ...outcome, failed: true, text: "no city", images: [{ mimeType: "image/png", base64: "" }] }
              ]
            }
          ]
        })
      )
      expect(requests[0]?.messages.slice(1)).toEqual([
        {
          role: "assistant",
          text: 'Let me look.\n{"tool": "weather", "arguments": {"city":"Kyoto"}}\n{"tool": "weather", "arguments": {"city":"Kyoto"}}'
        },
        {
          role: "user",
          text: "Result of the tool weather:\nrain\n\nFailure of the tool weather:\nno city\n(A picture; the person sees it.)"
        }
      ])
    })
  )

  it.effect("leave a model alone that has calls of its own", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([[ScriptedLlm.call("1", "weather")]])
      const deltas = yield* collect(over(llm).stream(request))
      expect(deltas).toEqual([ScriptedLlm.call("1", "weather")])
      expect(requests).toEqual([request])
    })
  )

  it.effect("come in words once a model has refused them, and at once from then on", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([[refusal], written, written])
      const tooled = over(llm)
      expect(shape(yield* collect(tooled.stream(request)))).toEqual([kyoto])
      expect(shape(yield* collect(tooled.stream(request)))).toEqual([kyoto])
      expect(requests.map(({ tools }) => tools?.length ?? 0)).toEqual([1, 0, 0])
    })
  )

  it.effect("come in words at once to every session that shares the client", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([[refusal], written, written])
      const refused = new WeakSet<Llm>()
      for (let session = 0; session < 2; session++) {
        const tooled = PromptedTools.over({ ...llm, shared: llm }, { prompt, refused })
        expect(shape(yield* collect(tooled.stream(request)))).toEqual([kyoto])
      }
      expect(requests.map(({ tools }) => tools?.length ?? 0)).toEqual([1, 0, 0])
    })
  )

  it.effect("are nothing to a request without any", () =>
    Effect.gen(function* () {
      const { llm, requests } = ScriptedLlm.make([written], { callsTools: false })
      const { tools: _, ...bare } = request
      const deltas = yield* collect(over(llm).stream(bare))
      expect(requests).toEqual([bare])
      expect(deltas.map(({ _tag }) => _tag)).toEqual(["Text", "Text", "Text"])
    })
  )
})
