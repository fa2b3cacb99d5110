import { Effect } from "effect"
import * as Speech from "../audio/Speech.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import * as Events from "../wyoming/Events.ts"
import type { Link } from "../wyoming/Link.ts"
import * as Transcript from "./Transcript.ts"
import * as UtteranceFile from "./UtteranceFile.ts"

// One utterance over a link to a server of the Wyoming protocol.

export interface Wish {
  readonly model?: string | undefined
  readonly language?: string | undefined
}

const format: Events.Format = { rate: Speech.sampleRate, width: 2, channels: 1 }

export const begin = (link: Link, { language, model }: Wish): Effect.Effect<void, RemoteFailure> =>
  Effect.zipRight(
    link.send(
      Events.transcribe({
        ...(model === undefined ? {} : { name: model }),
        ...(language === undefined ? {} : { language })
      })
    ),
    link.send(Events.audioStart(format))
  )

export const send = (link: Link, samples: Float32Array): Effect.Effect<void, RemoteFailure> =>
  UtteranceFile.inPieces(samples, (pcm) => link.send(Events.audioChunk(format, pcm)))

/** What has been heard so far, by servers that say it piece by piece. */
export interface Hearing {
  text: string
  /** The whole transcript, when it has come. */
  whole: string | undefined
}

export const hearing = (): Hearing => ({ text: "", whole: undefined })

const take = (hearing: Hearing, event: Events.Event): Effect.Effect<void, RemoteFailure> => {
  if (event.type === "transcript") hearing.whole = event.data.text
  else if (event.type === "transcript-chunk") hearing.text += event.data.text
  // Left over from the request before if nothing was heard in this one.
  else if (event.type === "transcript-stop" && hearing.text !== "") hearing.whole ??= hearing.text
  return Transcript.isTooLong((hearing.whole ?? hearing.text).length) ? Transcript.none : Effect.void
}

/** What has come already. */
export const drain = (link: Link, hearing: Hearing): Effect.Effect<void, RemoteFailure> =>
  Effect.flatMap(link.poll, (event) =>
    event === undefined ? Effect.void : Effect.zipRight(take(hearing, event), drain(link, hearing))
  )

/** Says that the utterance is complete, and waits for the rest of its transcript. */
export const end = (link: Link, hearing: Hearing): Effect.Effect<string, RemoteFailure> => {
  const rest: Effect.Effect<string, RemoteFailure> = Effect.suspend(() =>
    hearing.whole === undefined
      ? Effect.flatMap(link.receive, (event) => Effect.zipRight(take(hearing, event), rest))
      : Effect.succeed(hearing.whole)
  )
  return Effect.zipRight(link.send(Events.audioStop), rest)
}
