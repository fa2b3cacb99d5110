import { Effect } from "effect"
import type { Pcm } from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"
import type { Image } from "../../src/protocol/ClientMessage.ts"
import type { Audio, ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as WebClient from "./WebClient.ts"

/** A message in a few words: what it carries matters, what is the same each time doesn't. */
export const summary = (message: ServerMessage): string => {
  switch (message.type) {
    case "control":
      return message.text
    case "full-text":
      return `full-text ${message.text}`
    case "audio":
      return `${message.audio === null ? "silent" : "audio"} ${message.display_text?.text ?? ""}`
    case "error":
      return `error ${message.message}`
    default:
      return message.type
  }
}

/** The sentences of a turn, silent ones included. */
export const spoken = (turn: ReadonlyArray<ServerMessage>): ReadonlyArray<Audio> =>
  turn.filter((message) => message.type === "audio")

/** What a sentence sounds like. Throws unless it is a WAV file of 16-bit mono samples. */
export const sound = ({ audio }: Audio): Pcm => {
  const pcm = Wav.decodePlain(Buffer.from(audio ?? "", "base64"))
  if (pcm === undefined) throw new Error("the sentence has no WAV file of 16-bit samples")
  return pcm
}

/** How many slices of 20 ms a sound has, the last one perhaps shorter: counted in samples, as ms are fractions. */
export const slices = (pcm: Pcm): number => Math.ceil((pcm.samples.length * 50) / pcm.sampleRate)

/** Whether nobody would hear anything. */
export const isSilent = ({ samples }: Pcm): boolean =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length)) < 100

const is = (text: string) => (message: ServerMessage) => summary(message) === text

/** A client that has been greeted and has started a conversation, and plays whatever it gets at once. */
export const open = Effect.fnUntraced(function* (url: string) {
  const web = yield* WebClient.connect(url)
  yield* web.next(is("start-mic"))
  yield* web.send({ type: "create-new-history" })
  const created = yield* web.next(({ type }) => type === "new-history-created")
  const history = created.type === "new-history-created" ? created.history_uid : ""

  /** Sends what starts a turn, reports playback, and gives all that came until the turn's end. */
  const request = Effect.fnUntraced(function* (message: object) {
    const before = web.received.length
    yield* web.send(message)
    const end = yield* Effect.raceFirst(
      web
        .next(is("backend-synth-complete"))
        .pipe(
          Effect.zipRight(web.send({ type: "frontend-playback-complete" })),
          Effect.zipRight(Effect.never)
        ),
      web.until(() => {
        const at = web.received.findIndex(
          (message, index) => index >= before && is("conversation-chain-end")(message)
        )
        return at < 0 ? undefined : at + 1
      })
    )
    return web.received.slice(before, end)
  })

  return {
    web,
    history,
    request,
    ask: (text: string, images: ReadonlyArray<Image> = []) => request({ type: "text-input", text, images }),
    /** The stored conversation, as `role content` lines. */
    story: Effect.gen(function* () {
      yield* web.send({ type: "fetch-and-set-history", history_uid: history })
      const data = yield* web.next(({ type }) => type === "history-data")
      return data.type === "history-data"
        ? data.messages.map(({ content, role }) => `${role} ${content}`)
        : []
    })
  }
})
