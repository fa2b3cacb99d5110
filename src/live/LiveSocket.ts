import { Deferred, Duration, Effect } from "effect"
import { WebSocket } from "ws"
import * as ErrorCode from "../models/ErrorCode.ts"
import * as Inbox from "../server/Inbox.ts"
import { failed } from "./BridgeFailed.ts"
import type { BridgeFailed, Place } from "./BridgeFailed.ts"

/** Longest frame in bytes, unless something else is said. A chat's are some hundred; a busy room's come bundled. */
const longest = 1024 * 1024

/** How long connecting may take. */
const patience = "15 seconds"

/** A connection of a bridge. */
export interface LiveSocket {
  /** Puts a frame on its way; one that has closed meanwhile drops it. */
  readonly send: (frame: string | Uint8Array) => Effect.Effect<void>
}

export interface Options {
  readonly place: Place
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Longest frame in bytes. */
  readonly longest?: number
  /** What is said first. */
  readonly begin: (socket: LiveSocket) => Effect.Effect<void>
  /** What is said again and again, so that something comes back. */
  readonly beat: { readonly every: Duration.DurationInput; readonly frame: string | Uint8Array }
  /** Time without any frame after which the connection counts as dead; longer than between two beats. */
  readonly silence: Duration.DurationInput
  /** Reads one frame; the next one is read afterwards. */
  readonly read: (frame: Inbox.Frame, socket: LiveSocket) => Effect.Effect<void, BridgeFailed>
}

/** Connects and reads until that fails, whatever ends it. The socket is closed afterwards. */
export const attend = Effect.fnUntraced(function* (options: Options) {
  const { beat, begin, place, read, url } = options
  const socket = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WebSocket(url, {
          headers: options.headers ?? {},
          maxPayload: options.longest ?? longest,
          perMessageDeflate: false
        })
    ),
    (socket) => Effect.sync(() => socket.terminate())
  )
  const over = yield* Deferred.make<never, BridgeFailed>()
  const end = (detail: string) =>
    Deferred.unsafeDone(over, Effect.fail(failed(place, "no-connection", detail)))
  socket.on("error", (error) => end(ErrorCode.of(error) ?? refusalOf(error)))
  socket.on("close", (code) => end(`closed with ${code}`))
  const clock = yield* Effect.clock
  let heardAt = clock.unsafeCurrentTimeMillis()
  socket.on("message", () => void (heardAt = clock.unsafeCurrentTimeMillis()))
  const { take } = Inbox.make(socket)

  yield* opened(socket).pipe(
    Effect.raceFirst(Deferred.await(over)),
    Effect.timeoutFail({ duration: patience, onTimeout: () => failed(place, "no-connection", "too slow") })
  )
  const ours: LiveSocket = {
    send: (frame) =>
      Effect.sync(() => {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame)
      })
  }
  yield* begin(ours)

  const silence = Duration.toMillis(options.silence)
  const watch: Effect.Effect<never, BridgeFailed> = Effect.suspend(() => {
    const left = heardAt + silence - clock.unsafeCurrentTimeMillis()
    return left <= 0 ? failed(place, "silent") : Effect.zipRight(Effect.sleep(left), watch)
  })
  const reading: Effect.Effect<never, BridgeFailed> = Effect.forever(
    Effect.flatMap(take, (frame) => read(frame, ours))
  )
  const beating = Effect.forever(Effect.delay(ours.send(beat.frame), beat.every))
  return yield* Effect.all([reading, beating, watch, Deferred.await(over)], {
    concurrency: "unbounded",
    discard: true
  }).pipe(Effect.zipRight(Effect.never))
}, Effect.scoped)

const opened = (socket: WebSocket) =>
  Effect.async<void>((resume) => {
    const open = () => resume(Effect.void)
    socket.once("open", open)
    return Effect.sync(() => socket.off("open", open))
  })

/** `ws` tells a refusal by its status, in words only. */
const refusalOf = (error: Error): string =>
  /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1] ?? "broken"
