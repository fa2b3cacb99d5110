import { readFileSync } from "node:fs"
import { Effect } from "effect"
import type { Scope } from "effect"
import type { ClientOptions } from "ws"
import * as Wav from "../src/audio/Wav.ts"
import type { Mind } from "./Mind.ts"
import * as Talk from "./Talk.ts"

/** A tool of the server's that a client may call. */
export interface Tool {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** The server that is looked at, as one row sees it. */
export interface Subject {
  /** Such as `http://localhost:12393`. */
  readonly url: string
  readonly mind: Mind
  readonly tool: Tool
  /** How long a row waits for one message, in ms. */
  readonly patience: number
  /** A greeted client; it leaves with the row. */
  readonly connect: (options?: ClientOptions) => Effect.Effect<Talk.Talk, Error, Scope.Scope>
  /** The same at `/proxy-ws`. */
  readonly share: Effect.Effect<Talk.Talk, Error, Scope.Scope>
  /** All clients of this row so far. */
  readonly talks: ReadonlyArray<Talk.Talk>
}

export interface Target extends Pick<Subject, "url" | "mind" | "tool" | "patience"> {}

export const of = (target: Target): Subject => {
  const talks: Array<Talk.Talk> = []
  return {
    ...target,
    talks,
    connect: (options) =>
      Effect.tap(Talk.open(target.url, target.patience, options), (talk) => talks.push(talk)),
    share: Effect.tap(Talk.open(target.url, target.patience, undefined, "/proxy-ws"), (talk) =>
      talks.push(talk)
    )
  }
}

/** "Hello, can you hear me?", mono at 16 kHz. */
export const utteranceWav = readFileSync(new URL("./utterance.wav", import.meta.url))

/** Samples in [-1, 1], as the microphone messages carry them. */
const utterance: ReadonlyArray<number> = Array.from(
  Wav.decodePlain(utteranceWav)!.samples,
  (sample) => sample / 32_768
)

/** Silence of so many seconds. */
export const silence = (seconds: number): ReadonlyArray<number> =>
  Array.from({ length: seconds * 16_000 }, () => 0)

/** Sends sound as the web page does: in chunks of 4096 samples, without a pause. */
export const speak = (
  talk: Talk.Talk,
  type: "mic-audio-data" | "raw-audio-data",
  samples: ReadonlyArray<number> = utterance
) =>
  Effect.gen(function* () {
    for (let at = 0; at < samples.length; at += 4096)
      yield* talk.send({ type, audio: samples.slice(at, at + 4096) })
  })

export const inSilence: ReadonlyArray<number> = [...silence(2), ...utterance, ...silence(2)]
