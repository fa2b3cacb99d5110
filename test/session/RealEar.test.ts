import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as VadTable from "../../src/vad/VadTable.ts"
import { micAudioEnd, raw } from "../support/RawAudio.ts"
import * as Speech from "../support/Speech.ts"
import { ask } from "../support/Talk.ts"
import * as World from "../support/World.ts"

it.live("real speech interrupts the character and begins the next turn; silence and a click do nothing", () =>
  World.run(
    (world) =>
      Effect.gen(function* () {
        const question = Speech.trimmed(yield* Speech.say("Wait, what did you say before that?"))
        const click = Speech.seconds(1).fill(0.5, 8000, 8400)
        const client = yield* World.connect
        const until = (text: string) =>
          Effect.repeat(Effect.sleep("10 millis"), { until: () => client.seen().includes(text) })
        const speak = (...parts: ReadonlyArray<Float32Array>) =>
          Effect.forEach(Speech.chunks(Speech.join(...parts)), (chunk) => client.send(raw(chunk)), {
            discard: true
          })
        yield* client.send(ask("Hi"))
        yield* until("backend-synth-complete")
        client.received.length = 0

        yield* speak(Speech.seconds(2), click, Speech.seconds(1))
        yield* speak(question)
        yield* until("interrupt")
        expect(client.seen()).toEqual(["interrupt"])
        yield* client.send({ type: "interrupt-signal", text: "You said Hi." })
        yield* speak(Speech.seconds(2))
        yield* until("mic-audio-end")
        expect(client.seen()).toEqual(["interrupt", "mic-audio-end"])
        yield* client.send(micAudioEnd)
        yield* until("backend-synth-complete")
        expect(client.seen()).toContain("audio You said hello.")

        const [heard] = world.transcribed
        const at = heard!.findIndex((_, index) =>
          question.every((sample, on) => heard![index + on] === sample)
        )
        expect(at).toBeGreaterThanOrEqual(0)
        expect(heard!.length - question.length).toBeLessThan(24_000)

        const uses = yield* (yield* EnginePool).uses
        expect(uses.filter(({ kind }) => kind === "vad")).toEqual([
          { kind: "vad", id: "silero_vad", references: 1 }
        ])
        yield* client.leave
      }),
    VadTable.layer
  )
)
