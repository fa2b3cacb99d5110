import { Duration, Effect, Option, Schema } from "effect"
import type { Scope } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import { Words } from "../language/Text.ts"
import * as Events from "./Events.ts"
import type { Link } from "./Link.ts"
import * as Tcp from "./Tcp.ts"

/** A server of our own is not there for now. */
export class NotRunning extends Schema.TaggedError<NotRunning>()("NotRunning", {
  /** A clause without a full stop. */
  detail: Words,
  /** A whole sentence. */
  advice: Words
}) {}

export type Failure = RemoteFailure.RemoteFailure | NotRunning

/** What can be talked with: a server at an address, or a process of ours. */
export interface Server {
  /** What messages call it. */
  readonly name: Words
  /** Whether it is a process of ours, which is started anew when it ends. */
  readonly isOurs: boolean
  /** Whether it has to do with one request at a time. */
  readonly isExclusive: boolean
  /** For one request. Ending the scope otherwise than by success gives the request up. */
  readonly connect: Effect.Effect<Link, Failure, Scope.Scope>
  /** To be told of a request that was answered. */
  readonly answered: Effect.Effect<void>
  /** How many were. */
  readonly answers: () => number
  /** To be told of a request that was waited for in vain while no other one was answered. */
  readonly hung: Effect.Effect<void>
}

/** A server that somebody else has started. */
export const at = (uri: string): Server => {
  const address = Tcp.addressOf(uri)
  return {
    name: RemoteFailure.hostOf(uri),
    isOurs: false,
    isExclusive: false,
    connect: Tcp.connect(address),
    answered: Effect.void,
    answers: () => 0,
    hung: Effect.void
  }
}

/** Talks over a connection of its own. The server hears of how that went. */
export const talk = <A>(
  server: Server,
  use: (link: Link) => Effect.Effect<A, Failure>
): Effect.Effect<A, Failure> =>
  watched(server, Effect.scoped(Effect.flatMap(server.connect, use))).pipe(Effect.tap(() => server.answered))

/** A part of a request. The server hears of it if that was waited for in vain. */
export const watched = <A>(server: Server, part: Effect.Effect<A, Failure>): Effect.Effect<A, Failure> =>
  Effect.suspend(() => {
    const before = server.answers()
    // One that answers others is busy.
    return Effect.tapError(part, (failure) =>
      isSilence(failure) && server.answers() === before ? server.hung : Effect.void
    )
  })

const isSilence = (failure: Failure) => failure._tag === "Unanswered" && failure.reason === "too-slow"

/** Whether a connection has broken off, which a new one may not. */
export const isLost = (failure: Failure): boolean =>
  failure._tag === "Unanswered" && failure.reason === "broken-off"

/** How long a server may take to say what it has. */
const describeTime = Duration.seconds(10)

/** Asks over a link what the server has, and waits for the answer. */
export const describe = (link: Link): Effect.Effect<Events.Info, RemoteFailure.RemoteFailure> => {
  const answer: Effect.Effect<Events.Info, RemoteFailure.RemoteFailure> = Effect.flatMap(
    link.receive,
    (event) => (event.type === "info" ? Effect.succeed(event.data) : answer)
  )
  return Effect.zipRight(link.send(Events.describe), answer)
}

/** The same of a server that is there, and should answer soon. */
export const describeSoon = (link: Link): Effect.Effect<Events.Info, RemoteFailure.RemoteFailure> =>
  Effect.timeoutFail(describe(link), {
    duration: describeTime,
    onTimeout: () => RemoteFailure.tooSlow(describeTime)
  })

/** What a server has, remembered until somebody misses something. */
export interface Stock {
  /** `wanted`: asks again if this is not among what was remembered. */
  readonly info: (wanted?: (info: Events.Info) => boolean) => Effect.Effect<Events.Info, Failure>
}

export const stock = (server: Server): Stock => {
  let known = Option.none<Events.Info>()
  const described = Effect.scoped(Effect.flatMap(server.connect, describeSoon))
  // One that has answered before may be busy with another request, whose own time has not come.
  const asked = Effect.suspend(() => (server.answers() === 0 ? watched(server, described) : described))
  return {
    info: (wanted = () => true) =>
      Effect.suspend(() =>
        Option.match(Option.filter(known, wanted), {
          onSome: (info) => Effect.succeed(info),
          onNone: () => Effect.tap(asked, (info) => Effect.sync(() => (known = Option.some(info))))
        })
      )
  }
}
