import { Context, Effect } from "effect"
import { Client } from "../conversation/Client.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import * as ClientMessage from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as GroupMember from "../session/GroupMember.ts"
import * as ProactiveSpeech from "../session/ProactiveSpeech.ts"
import * as Session from "../session/Session.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { Census } from "../telemetry/Census.ts"
import type * as Inbox from "./Inbox.ts"
import * as SocketEdge from "./SocketEdge.ts"

/** `/client-ws`: one session per connection. See `SocketEdge.open`. */
export const open = () =>
  SocketEdge.open({
    encode: (message, language) => ServerMessage.encode(ServerMessage.inLanguage(message, language)),
    serve: (link: SocketEdge.Link<ServerMessage.Outgoing>) =>
      WholeFiber.provide(serve(link), Context.make(Client, Client.of({ uid: link.uid, send: link.send })))
  })

const serve = Effect.fnUntraced(function* ({ take }: SocketEdge.Link<ServerMessage.Outgoing>) {
  const census = yield* Census
  const session = yield* Session.open()
  yield* GroupMember.connect(session)
  yield* ProactiveSpeech.follow(session)
  return yield* take.pipe(
    Effect.flatMap((frame) => receive(session, frame)),
    Effect.forever,
    census.track("inbox")
  )
})

const receive = (session: Session.Session, frame: Inbox.Frame) =>
  decode(session, frame).pipe(
    Effect.matchEffect({
      onFailure: ({ words }) => reply(words),
      onSuccess: (message) => Dispatch.handle(session, message)
    }),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(Effect.logError("handling a message died", defect), reply(say("session.wentWrong")))
    )
  )

const decode = (session: Session.Session, frame: Inbox.Frame) =>
  typeof frame === "string"
    ? ClientMessage.decode(frame)
    : ClientMessage.decodeBinary(frame, session.extensions.binaryAudio)

const reply = (words: Words) => Effect.flatMap(Client, (client) => client.send(ServerMessage.failure(words)))
