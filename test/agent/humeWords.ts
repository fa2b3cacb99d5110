import { Context, Effect, Layer, Redacted } from "effect"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import * as HumeAgent from "../../src/agent/HumeAgent.ts"
import { Decode } from "../../src/audio/Decode.ts"
import * as Wav from "../../src/audio/Wav.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import { characterConfig } from "../support/Fixtures.ts"

export const secret = "hume-key-very-secret"

export const open = (host: string, config_id?: string) =>
  Effect.flatMap(Layer.build(Decode.layer), (context) =>
    HumeAgent.open(
      { decode: Context.get(context, Decode) },
      {
        api_key: Redacted.make(secret),
        host,
        idle_timeout: 15,
        ...(config_id === undefined ? {} : { config_id })
      },
      {
        character: { ...characterConfig("Hana"), persona_prompt: "You are Hana." },
        emotions: ["joy", "anger"],
        tools: McpClient.none
      }
    )
  )

// Messages as https://dev.hume.ai/reference/empathic-voice-interface-evi/chat/chat documents them.
const pcm = (value: number) => ({ samples: new Int16Array(4).fill(value), sampleRate: 48_000 })
export const message = (id: string, content: string, scores: Readonly<Record<string, number>> = {}) => ({
  type: "assistant_message",
  id,
  from_text: false,
  message: { role: "assistant", content },
  models: { prosody: { scores } }
})
export const sound = (id: string, index: number, value: number) => ({
  type: "audio_output",
  id,
  index,
  data: Wav.encode(pcm(value)).toString("base64")
})
export const end = { type: "assistant_end" }

export const said = (text: string, value?: number): AgentEvent => ({
  _tag: "Audio",
  text,
  pcm: value === undefined ? { samples: new Int16Array(0), sampleRate: 16_000 } : pcm(value)
})

export const answers =
  (...messages: ReadonlyArray<object>) =>
  (_: string, send: (message: object) => void) => {
    for (const one of messages) send(one)
  }

export const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    while (!condition()) yield* Effect.promise(() => new Promise(setImmediate))
  })
