import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, end, lines, memoryOf, played, ready, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("ai-speak-signal", () => {
  it.effect("speaks of its own accord; neither memory nor the conversation keeps the prompt", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([
          "full-text AI wants to speak something...",
          ...start,
          "audio You said Say something..",
          ...end
        ])
        expect(lines(world)).toEqual(["ai: You said Say something.."])
        yield* client.send(ask("Hi"))
        yield* tick
        expect(memoryOf(world)).toEqual(["assistant: You said Say something.."])
        yield* client.leave
      })
    )
  )
})

describe("mic-audio-end", () => {
  const chunk = (sample: number) =>
    ({ type: "mic-audio-data", audio: new Float32Array(4096).fill(sample) }) as const

  it.effect("transcribes the utterance and answers it", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(chunk(0.1))
        yield* client.send(chunk(0.1))
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(client.seen()).toEqual([
          ...start,
          "user-input-transcription",
          "audio You said hello.",
          "backend-synth-complete"
        ])
        yield* client.leave
      })
    )
  )

  it.effect("starts no turn when nothing can be heard, and frees the page", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const short = { type: "mic-audio-data", audio: new Float32Array(100).fill(0.1) } as const
        for (const [audio, reason] of [
          [[], "no audio"],
          [[chunk(0), chunk(0)], "silence"],
          [[chunk(0.0005)], "silence"],
          [[short], "too short"]
        ] as const) {
          for (const message of audio) yield* client.send(message)
          yield* client.send({ type: "mic-audio-end", images: [] })
          yield* tick
          expect(client.received).toEqual([
            { type: "error", message: expect.stringContaining(reason) as string },
            { type: "control", text: "conversation-chain-end" }
          ])
          client.received.length = 0
        }
        expect(lines(world)).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("ends no turn that runs when nothing can be heard", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(ask("Hi"))
        yield* tick
        yield* client.send(chunk(0))
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(client.received.at(-1)?.type).toBe("error")
        yield* client.send(played)
        yield* tick
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        yield* client.leave
      })
    )
  )

  it.effect("frees the page when nothing was recognised", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        world.transcript = () => ""
        yield* client.send(chunk(0.1))
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(client.received.at(2)?.type).toBe("error")
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        expect(lines(world)).toEqual([])
        yield* client.leave
      })
    )
  )
})

describe("images", () => {
  it.effect("reach the agent with the text", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const image = {
          source: "camera",
          data: "data:image/png;base64,AAAA",
          mime_type: "image/png"
        } as const
        yield* client.send({ type: "text-input", text: "What is this?", images: [image] })
        yield* tick
        expect(world.asked[0]?.images).toEqual([{ mimeType: "image/png", base64: "AAAA" }])
        yield* client.leave
      })
    )
  )
})
