import { Effect } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { micAudioEnd } from "./RawAudio.ts"
import { played, ready, tick } from "./Talk.ts"
import type * as World from "./World.ts"

export const settings = {
  enabled: true,
  wake_words: { en: ["Hana"] },
  end_words: { en: ["goodbye"] },
  timeout_seconds: 30
}
export const chunk = { type: "mic-audio-data", audio: new Float32Array(4096).fill(0.1) } as const
export const wanted = { type: "use-extensions", wake_word_state: true } as const

type State = Extract<ServerMessage, { readonly type: "wake-word-state" }>
export const states = ({ received }: Pick<World.Connected, "received">) =>
  received.filter((message): message is State => message.type === "wake-word-state")
export const brief = ({ action, current_state, advertisement_control }: State) =>
  `${action} ${current_state} ${advertisement_control.control_action} ${advertisement_control.trigger_reason}`

/** Someone says `text` into the client's microphone. */
export const speak = (world: World.World, client: World.Connected, text: string) =>
  Effect.gen(function* () {
    world.transcript = () => text
    yield* client.send(chunk)
    yield* client.send(micAudioEnd)
    yield* tick
  })

/** The client has played what it was sent. */
export const play = (client: World.Connected) => Effect.zipRight(client.send(played), tick)

/** A client that wants to be told, of a character with these settings. */
export const waiting = (world: World.World, changes: World.World["wakeWord"] = {}) =>
  Effect.gen(function* () {
    world.wakeWord = { ...settings, ...changes }
    const client = yield* ready
    yield* client.send(wanted)
    client.received.length = 0
    return client
  })
