import { Effect } from "effect"
import * as Pcm from "../audio/Pcm.ts"
import * as Speech from "../audio/Speech.ts"
import type { Take } from "./Tts.ts"

/** The sound of a sentence that comes piece by piece, as a whole; none if it has none. */
export const of = <E>(speak: (put: Take) => Effect.Effect<void, E>): Effect.Effect<Pcm.Pcm, E> =>
  Effect.suspend(() => {
    const pieces: Array<Pcm.Pcm> = []
    const put = (piece: Pcm.Pcm) => Effect.sync(() => void pieces.push(piece))
    return Effect.map(speak(put), () =>
      pieces.length === 0 ? Speech.nothing : Pcm.join(pieces, pieces[0]!.sampleRate)
    )
  })
