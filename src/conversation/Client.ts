import { Context } from "effect"
import type { Effect } from "effect"
import type { Outgoing } from "../protocol/ServerMessage.ts"

/** Marks what belongs to one turn, so that what is still queued for the client can be dropped when the turn stops. */
export interface TurnToken {
  /** Once true, nothing more of the turn reaches the client. */
  stopped: boolean
  /** What the user had heard when the turn was interrupted, if the client said so. */
  heard: string | undefined
}

/** The client at the other end of a session. */
export class Client extends Context.Tag("seiyuu/conversation/Client")<
  Client,
  {
    /** A fresh UUID per connection. */
    readonly uid: string
    /**
     * Puts a message into the client's outbox; waits while that is full. With a `turn`, the message is dropped if
     * the turn has been stopped before it goes out.
     */
    readonly send: (message: Outgoing, turn?: TurnToken) => Effect.Effect<void>
  }
>() {}
