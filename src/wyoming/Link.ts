import type { Readable, Writable } from "node:stream"
import { Effect } from "effect"
import { Reported, Unanswered } from "../engine/RemoteFailure.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import * as Events from "./Events.ts"
import * as Frame from "./Frame.ts"

/** One side of a conversation with a server. It belongs to whoever has opened its pipes; one caller at a time. */
export interface Link {
  /** Returns when the system has taken all of it: a server that does not read is waited for. */
  readonly send: (frame: Frame.Frame) => Effect.Effect<void, RemoteFailure>
  /** Waits for the next event. Fails with what the server says of its failure. Nothing is read ahead of who asks. */
  readonly receive: Effect.Effect<Events.Event, RemoteFailure>
  /** The next event if it has come already. */
  readonly poll: Effect.Effect<Events.Event | undefined, RemoteFailure>
}

interface Pipes {
  readonly input: Readable
  readonly output: Writable
}

/** What may have to do with what there is to read. */
const changes = ["readable", "end", "error", "close"] as const

const brokenOff = (cause?: unknown) => new Unanswered({ reason: "broken-off", cause })

export const over = ({ input, output }: Pipes): Link => {
  const decoder = Frame.decoder()
  // An error that nobody hears ends the server; whoever waits then sees that the pipe is closed.
  let broken: unknown
  const note = (error: Error) => (broken ??= error)
  input.on("error", note)
  output.on("error", note)

  /** What has come and is whole; unknown events are passed over. */
  const decoded = (): Events.Event | RemoteFailure | undefined => {
    for (;;) {
      const frame = decoder.next()
      if (frame === undefined || frame instanceof Unanswered) return frame
      const event = Events.read(frame)
      if (event === "ignored") continue
      if (event === "unreadable") return new Unanswered({ reason: "unreadable" })
      return event.type === "error" ? new Reported({ said: event.data.text }) : event
    }
  }
  const come = (): Events.Event | RemoteFailure | undefined => {
    for (let found = decoded(); ; found = decoded()) {
      if (found !== undefined) return found
      const bytes = input.read() as Buffer | null
      if (bytes === null) return undefined
      decoder.push(bytes)
    }
  }
  const hasEnded = () => input.readableEnded || input.destroyed || input.errored !== null

  const changed = Effect.async<void>((resume) => {
    const stop = () => {
      for (const name of changes) input.off(name, done)
    }
    const done = () => {
      stop()
      resume(Effect.void)
    }
    for (const name of changes) input.on(name, done)
    return Effect.sync(stop)
  })

  const poll = Effect.suspend(() => {
    const found = come()
    if (found === undefined) return hasEnded() ? brokenOff(broken) : Effect.succeed(undefined)
    return "_tag" in found ? Effect.fail(found) : Effect.succeed(found)
  })

  const receive: Link["receive"] = Effect.suspend(() =>
    Effect.flatMap(poll, (event) =>
      event === undefined ? Effect.zipRight(changed, receive) : Effect.succeed(event)
    )
  )

  return {
    poll,
    receive,
    send: (frame) =>
      Effect.async((resume) => {
        if (output.destroyed || output.writableEnded) return resume(brokenOff(broken))
        const closed = () => resume(brokenOff(broken))
        // What is being written when a pipe closes may never be told of.
        output.once("close", closed)
        output.write(Frame.encode(frame), (error) => {
          output.off("close", closed)
          resume(error ? Effect.fail(brokenOff(error)) : Effect.void)
        })
        return Effect.sync(() => void output.off("close", closed))
      })
  }
}
