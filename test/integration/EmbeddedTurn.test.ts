import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"

/** How fast a voice speaks, in ms per character: from breathless to solemn. */
const pace = { fastest: 25, slowest: 250 }

describe("a whole turn on this machine alone", () => {
  it.scopedLive(
    "is answered by the embedded model and spoken by the embedded voice",
    () =>
      Effect.gen(function* () {
        const model = yield* EmbeddedModel.obtain
        if (Option.isNone(model)) return
        const server = yield* BuiltServer.start(
          yield* ServerFolder.make({ character: ServerFolder.embedded("Hana") })
        )
        const client = yield* SocketTalk.open(server.url)
        const turn = yield* client.ask("Say hello and tell me one thing about tea.")

        const sentences = SocketTalk.spoken(turn)
        const withSound = sentences.filter(({ audio }) => audio !== null)
        expect(withSound).not.toHaveLength(0)
        for (const sentence of withSound) {
          const pcm = SocketTalk.sound(sentence)
          expect(SocketTalk.isSilent(pcm)).toBe(false)
          const length = sentence.display_text?.text.trim().length ?? 0
          // A breath before and after it counts more, the shorter a sentence is.
          expect(Pcm.duration(pcm)).toBeGreaterThan(length * pace.fastest)
          expect(Pcm.duration(pcm)).toBeLessThan(1000 + length * pace.slowest)
          expect(sentence.volumes).toHaveLength(SocketTalk.slices(pcm))
        }
        const shown = sentences.map(({ display_text }) => display_text?.text ?? "").join("")
        expect(yield* client.story).toEqual([
          "human Say hello and tell me one thing about tea.",
          `ai ${shown}`
        ])
        expect(turn.map(SocketTalk.summary).slice(-3)).toEqual([
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        expect(turn.filter(({ type }) => type === "error")).toEqual([])

        const notices = client.web.received
          .map(SocketTalk.summary)
          .filter((text) => text.startsWith("full-text"))
        expect(notices).toContainEqual(expect.stringContaining(model.value.name))
        expect(notices.join("\n")).toContain("model_path")
        // It was in the models folder already.
        expect(notices.filter((text) => text.includes("Fetching"))).toEqual([])
      }).pipe(Effect.provide(NodeContext.layer)),
    300_000
  )
})
