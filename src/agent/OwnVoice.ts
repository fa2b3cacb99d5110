import { Effect } from "effect"
import type { Context } from "effect"
import type { Decode } from "../audio/Decode.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"

/** The sound that an agent sends with its answer: a whole file in base64, in any format that `Decode` knows. */
export const read = (decode: Context.Tag.Service<typeof Decode>, base64: string) =>
  Effect.mapError(
    decode.decode(new Uint8Array(Buffer.from(base64, "base64"))),
    (cause) =>
      new RemoteFailure.Unanswered({
        reason: "unreadable",
        detail: "sent sound that cannot be decoded",
        cause
      })
  )
