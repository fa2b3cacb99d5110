import { Effect } from "effect"
import * as Fanout from "../proxy/Fanout.ts"
import * as Viewer from "../proxy/Viewer.ts"
import { Census } from "../telemetry/Census.ts"
import * as Frames from "./Frames.ts"
import type * as Inbox from "./Inbox.ts"
import * as SocketEdge from "./SocketEdge.ts"

type Link = SocketEdge.Link<Fanout.Frame>

/** `/proxy-ws`: all connections share one session. What it sends comes here as frames that are written once for all. */
export const open = () =>
  SocketEdge.open({
    encode: (frame: Fanout.Frame, language) => frame(language),
    greet: () => Effect.void,
    patient: false,
    left: () => {},
    serve
  })

const serve = Effect.fnUntraced(function* (link: Link) {
  const { drop, hasRoom, offer, onRoom } = link
  const census = yield* Census
  const viewer = yield* Viewer.join({
    offer,
    hasRoom,
    onRoom,
    drop,
    reply: (message) => link.send(Fanout.encode(message))
  })
  const all = link.take.pipe(
    Effect.flatMap((frame) => receive(viewer, frame)),
    Effect.forever,
    census.track("viewer")
  )
  return yield* Viewer.asEverybody(viewer, all)
})

const receive = (viewer: Viewer.Viewer, frame: Inbox.Frame) =>
  Frames.receive(frame, {
    binaryAudio: viewer.seat.wishes?.binaryAudio,
    handle: (message) => Viewer.receive(viewer, message),
    reply: viewer.reply
  })
