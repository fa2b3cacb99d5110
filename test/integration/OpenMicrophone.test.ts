import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as Processes from "../support/Processes.ts"
import * as Speech from "../support/Speech.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as WebClient from "../support/WebClient.ts"

it.scopedLive(
  "speech in an open microphone is noticed over the socket; nothing of it is left when the client goes",
  () =>
    Effect.gen(function* () {
      const stub = yield* StubProviders.open({})
      const character = {
        ...ServerFolder.stubbed("Hana", stub),
        vad_config: { vad_model: "silero_vad", silero_vad: { required_misses: 20 } }
      }
      const server = yield* BuiltServer.start(yield* ServerFolder.make({ character }))
      const speech = Speech.trimmed(yield* Speech.say("Hello, can you hear me?"))
      const silence = Speech.seconds(2)

      for (let visit = 0; visit < 2; visit++) {
        const noticed = yield* Effect.scoped(
          Effect.gen(function* () {
            const web = yield* WebClient.connect(server.url)
            for (const chunk of Speech.chunks(Speech.join(silence, speech, silence, speech)))
              yield* web.send({ type: "raw-audio-data", audio: [...chunk] })
            // The client does not answer: it is asked once.
            yield* web.until(() => {
              const starts = web.received.filter((message) => SocketTalk.summary(message) === "interrupt")
              return starts.length === 2 ? true : undefined
            })
            const { engines, fibers } = yield* server.status
            expect(engines).toContainEqual({ kind: "vad", engine: "silero_vad", references: 1 })
            expect(fibers.ear).toBe(1)
            return web.received.map(SocketTalk.summary)
          })
        )
        expect(noticed.slice(noticed.indexOf("start-mic") + 1)).toEqual([
          "interrupt",
          "mic-audio-end",
          "interrupt"
        ])
        yield* server.idle
      }
      // The engine that nobody uses is freed, with its process.
      yield* Effect.repeat(Effect.sleep("50 millis"), {
        until: () => Processes.descendants(server.pid).length === 0
      })
      expect((yield* server.status).engines).toEqual([])
    }).pipe(Effect.provide([NodeContext.layer, EnginePool.layer({ idleTimeToLive: "1 minute" })])),
  120_000
)
