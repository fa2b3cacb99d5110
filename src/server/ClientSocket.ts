import { Context, Effect } from "effect"
import { Client } from "../conversation/Client.ts"
import { Groups } from "../group/Groups.ts"
import * as ServerFrame from "../protocol/ServerFrame.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Callers } from "../session/Callers.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as GroupMember from "../session/GroupMember.ts"
import * as ProactiveSpeech from "../session/ProactiveSpeech.ts"
import * as OpenSession from "../session/OpenSession.ts"
import type { Session } from "../session/Session.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { Census } from "../telemetry/Census.ts"
import * as Frames from "./Frames.ts"
import type * as Inbox from "./Inbox.ts"
import * as SocketEdge from "./SocketEdge.ts"

type Link = SocketEdge.Link<ServerMessage.Outgoing>

/** `/client-ws`: one session per connection. See `SocketEdge.open`. */
export const open = Effect.fn("ClientSocket.open")(function* () {
  const { expected } = yield* Groups
  return yield* SocketEdge.open({
    encode: (message, language) => ServerFrame.encode(ServerMessage.inLanguage(message, language)),
    greet: (link: Link) =>
      Effect.map(OpenSession.invite(link), (guest) => {
        // Nothing has been sent before, so there is room.
        for (const message of OpenSession.openingSequence(guest)) link.offer(message)
        expected.add(link.uid)
        return guest
      }),
    patient: true,
    left: ({ uid }) => expected.remove(uid),
    serve: (link, guest) =>
      WholeFiber.provide(
        serve(link, guest),
        Context.make(Client, Client.of({ uid: link.uid, send: link.send }))
      )
  })
})

const serve = Effect.fnUntraced(function* ({ take }: Link, guest: OpenSession.Guest) {
  const census = yield* Census
  const session = yield* OpenSession.seat(guest)
  yield* GroupMember.connect(session)
  yield* ProactiveSpeech.begin(session)
  yield* (yield* Callers).admit(session)
  return yield* take.pipe(
    Effect.flatMap((frame) => receive(session, frame)),
    Effect.forever,
    census.track("inbox")
  )
})

const receive = (session: Session, frame: Inbox.Frame) =>
  Frames.receive(frame, {
    binaryAudio: session.extensions.binaryAudio,
    handle: (message) => Dispatch.handle(session, message),
    reply
  })

const reply = (message: ServerMessage.Outgoing) => Effect.flatMap(Client, (client) => client.send(message))
