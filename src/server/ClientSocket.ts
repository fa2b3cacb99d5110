import { Context, Effect } from "effect"
import { Client } from "../conversation/Client.ts"
import * as ClientMessage from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Callers } from "../session/Callers.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as ProactiveSpeech from "../session/ProactiveSpeech.ts"
import * as Session from "../session/Session.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { Census } from "../telemetry/Census.ts"
import type * as Inbox from "./Inbox.ts"
import * as SocketEdge from "./SocketEdge.ts"

/** `/client-ws`: one session per connection. See `SocketEdge.open`. */
export const open = () =>
  SocketEdge.open({
    encode: ServerMessage.encode,
    serve: (link: SocketEdge.Link<ServerMessage.ServerMessage>) =>
      WholeFiber.provide(serve(link), Context.make(Client, Client.of({ uid: link.uid, send: link.send })))
  })

const serve = Effect.fnUntraced(function* ({ take }: SocketEdge.Link<ServerMessage.ServerMessage>) {
  const census = yield* Census
  const session = yield* Session.open()
  yield* ProactiveSpeech.follow(session)
  yield* (yield* Callers).admit(session)
  return yield* take.pipe(
    Effect.flatMap((frame) => receive(session, frame)),
    Effect.forever,
    census.track("inbox")
  )
})

const receive = (session: Session.Session, frame: Inbox.Frame) =>
  decode(session, frame).pipe(
    Effect.matchEffect({
      onFailure: ({ message }) => reply(message),
      onSuccess: (message) => Dispatch.handle(session, message)
    }),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("handling a message died", defect),
        reply("Something went wrong inside the server; its log says what. The connection goes on.")
      )
    )
  )

const decode = (session: Session.Session, frame: Inbox.Frame) =>
  typeof frame === "string"
    ? ClientMessage.decode(frame)
    : ClientMessage.decodeBinary(frame, session.extensions.binaryAudio)

const reply = (text: string) => Effect.flatMap(Client, (client) => client.send(ServerMessage.failure(text)))
