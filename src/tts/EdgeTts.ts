import { randomUUID } from "node:crypto"
import type * as Undici from "@effect/platform-node/Undici"
import { Clock, Effect } from "effect"
import type { Scope } from "effect"
import type { EdgeTtsConfig } from "../config/CloudTtsConfig.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteSocket from "../engine/RemoteSocket.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import { say } from "../language/Text.ts"
import * as EdgeMessages from "./EdgeMessages.ts"
import * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"
import * as Ssml from "./Ssml.ts"

const engine = "edge_tts"
const usual = "https://speech.platform.bing.com/consumer/speech/synthesize/readaloud"

/**
 * The voices that Microsoft's browser reads pages with: no account, and no promise that it stays so. Not documented by
 * Microsoft; the shapes are those of the npm packages msedge-tts 2.0.7 and node-edge-tts 1.2.10.
 */
export const service = (
  _: Undici.Dispatcher,
  config: EdgeTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "EDGE_TTS_BASE_URL", usual), (address) => ({
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: { address: "base_url", secret: [], model: ["voice"] },
      secrets: []
    },
    limits: config,
    ask: (text) => ask(address, config, text)
  }))

const newId = Effect.sync(() => randomUUID().replaceAll("-", ""))

const ask = (
  address: string,
  config: EdgeTtsConfig,
  text: string
): Effect.Effect<RemoteVoice.Sound, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const url = `${address}/edge/v1?${EdgeMessages.query(now, yield* newId)}`
    const socket = yield* RemoteSocket.open(
      { url, headers: EdgeMessages.headers },
      RemoteVoice.longestSound
    ).pipe(Effect.catchTag("Refused", (failure) => Effect.fail(withoutKey(failure))))
    const ssml = Ssml.document({ voice: config.voice, text, pitch: "+0Hz", rate: "+0%" })
    yield* socket.send(EdgeMessages.settings(now))
    yield* socket.send(EdgeMessages.speak(now, yield* newId, ssml))

    let isOver = false
    const next = Effect.gen(function* () {
      while (!isOver) {
        const message = yield* socket.next
        if (message === undefined) return yield* new RemoteFailure.Unanswered({ reason: "broken-off" })
        const said = EdgeMessages.read(message)
        if (said === undefined) return yield* new RemoteFailure.Unanswered({ reason: "unreadable" })
        isOver = said === "end"
        if (typeof said === "string" || said.length === 0) continue
        return said
      }
      return undefined
    })
    return { format: "file", next: SoundRequest.notEmpty(next) }
  })

/** There is no key that could be wrong: what it does not believe is what this program says of itself, and when. */
const withoutKey = (failure: RemoteFailure.Refused): RemoteFailure.RemoteFailure =>
  failure.status === 401 || failure.status === 403
    ? new RemoteFailure.Reported({
        said: say("speech.edgeRefuses", failure.status),
        advice: say("speech.edgeClock")
      })
    : failure
