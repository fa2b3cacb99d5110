import { connect as open } from "node:net"
import { Effect } from "effect"
import type { Scope } from "effect"
import { Unanswered } from "../engine/RemoteFailure.ts"
import * as Link from "./Link.ts"

/** How long a server may take to accept a connection. */
const patience = "5 seconds"

export interface Address {
  readonly host: string
  readonly port: number
}

/** From `tcp://host:port`, which the configuration has checked. */
export const addressOf = (uri: string): Address => {
  const { hostname, port } = new URL(uri)
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) }
}

/** Connects; the connection is cut with the scope, which is how a server learns that nobody waits any more. */
export const connect = (address: Address): Effect.Effect<Link.Link, Unanswered, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const socket = open({ ...address, noDelay: true })
      // From the first moment on: an error that nobody hears ends the server.
      return { socket, link: Link.over({ input: socket, output: socket }) }
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  ).pipe(
    Effect.flatMap(({ link, socket }) => {
      return Effect.async<Link.Link, Unanswered>((resume) => {
        socket.once("connect", () => resume(Effect.succeed(link)))
        socket.once("error", (cause) => resume(new Unanswered({ reason: "no-connection", cause })))
      })
    }),
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => new Unanswered({ reason: "no-connection" })
    })
  )
