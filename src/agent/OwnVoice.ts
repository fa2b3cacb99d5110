import { Effect } from "effect"
import type { Context } from "effect"
import type { Decode } from "../audio/Decode.ts"
import type { Pcm } from "../audio/Pcm.ts"
import * as Speech from "../audio/Speech.ts"
import { UndecodableAudio } from "../audio/UndecodableAudio.ts"
import type { AgentOptions } from "./Agent.ts"
import { say } from "../language/Text.ts"

/** Longest sound of one sentence, in characters of base64: a minute of a WAV file at 48 kHz, many of the others. */
const longest = 8 * 2 ** 20

export interface Services {
  readonly decode: Context.Tag.Service<typeof Decode>
}

/** The sound that an agent sends with its answer: a whole file in base64, in any format that `Decode` knows. */
export interface OwnVoice {
  /** None, if it cannot be played: its sentence is only shown then, and the answer goes on. That is told once. */
  readonly read: (base64: string) => Effect.Effect<Pcm>
}

/** `agent`: the configuration's name, such as `webhook_agent`. */
export const make = (
  { decode }: Services,
  agent: string,
  { tell = () => Effect.void }: Pick<AgentOptions, "tell">
): OwnVoice => {
  let told = false
  return {
    read: (base64) =>
      Effect.catchAll(base64.length > longest ? tooLong : decode.base64(base64), (failure) => {
        const telling = told ? Effect.void : tell(say("agent.unplayable", agent, failure.words))
        told = true
        const line = `${agent} sent the sound of a sentence. ${failure.message}`
        return Effect.as(Effect.zipRight(Effect.logWarning(line), telling), Speech.nothing)
      })
  }
}

const tooLong = Effect.fail(new UndecodableAudio({ reason: say("agent.tooMuchSound", longest / 2 ** 20) }))
