import { Effect, Either } from "effect"
import { say } from "../language/Text.ts"
import type * as AudioChunk from "../protocol/AudioChunk.ts"
import * as ClientMessage from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type * as Inbox from "./Inbox.ts"

/** Who has sent a frame. */
export interface Sender<R1, R2> {
  /** Which message a binary frame of this sender stands for. */
  readonly binaryAudio: AudioChunk.Type | undefined
  readonly handle: (message: ClientMessage.ClientMessage) => Effect.Effect<void, never, R1>
  readonly reply: (message: ServerMessage.Outgoing) => Effect.Effect<void, never, R2>
}

/** Has what a frame says handled. One that cannot be read, or whose handling dies, is told to its sender; the connection goes on. */
export const receive = <R1, R2>(frame: Inbox.Frame, { binaryAudio, handle, reply }: Sender<R1, R2>) =>
  Effect.suspend((): Effect.Effect<void, never, R1 | R2> => {
    const read =
      typeof frame === "string" ? ClientMessage.decode(frame) : ClientMessage.decodeBinary(frame, binaryAudio)
    return Either.isRight(read) ? handle(read.right) : reply(ServerMessage.failure(read.left.words))
  }).pipe(
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("handling a message died", defect),
        reply(ServerMessage.failure(say("session.wentWrong")))
      )
    )
  )
