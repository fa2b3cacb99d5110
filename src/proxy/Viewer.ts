import { Context, Effect, RcRef } from "effect"
import { Client } from "../conversation/Client.ts"
import { say } from "../language/Text.ts"
import type { ClientMessage } from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as Extensions from "../session/Extensions.ts"
import * as ToolConsent from "../session/ToolConsent.ts"
import * as TurnRequests from "../session/TurnRequests.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import * as Fanout from "./Fanout.ts"
import type { Line, Seat } from "./Fanout.ts"
import { Proxy } from "./Proxy.ts"
import * as SharedSession from "./SharedSession.ts"

/** One of those who share the session. */
export interface Viewer {
  readonly shared: SharedSession.SharedSession
  readonly seat: Seat
  /** Whether it may still ask for a conversation only because it has just come, as the web page does. */
  arriving: boolean
  /** Sends to this viewer alone; waits while there is no room. */
  readonly reply: (message: ServerMessage.Outgoing) => Effect.Effect<void>
}

/** The way to a viewer and back. */
export interface Link extends Line {
  readonly reply: Viewer["reply"]
}

/** Seats a viewer until the caller's scope closes, and greets it. The first one opens the session, the last one closes it. */
export const join = Effect.fnUntraced(function* (link: Link) {
  const { shared } = yield* Proxy
  // Interrupted in between, the session would keep a count of somebody who has gone.
  const joined = yield* Effect.uninterruptible(RcRef.get(shared))
  const { fanout } = joined
  const greeting = yield* SharedSession.greeting(joined)
  const seat: Seat = { line: link, wishes: undefined }
  const viewer: Viewer = {
    shared: joined,
    seat,
    arriving: fanout.listeners() > 0,
    reply: link.reply
  }
  yield* Finalizer.whileOpen(
    () => fanout.enter(seat, greeting),
    () => {
      fanout.leave(seat)
      const { consent, extensions } = joined.session
      if (!extensions.toolConsent) ToolConsent.giveUp(consent)
    }
  )
  return viewer
})

/** Handles what a viewer sends. Nothing in it waits for a turn. */
export const receive = (viewer: Viewer, message: ClientMessage) => {
  const { reply } = viewer
  switch (message.type) {
    // About this connection, and about nobody else's.
    case "heartbeat":
      return reply({ type: "heartbeat-ack" })
    case "text-input":
      return textInput(viewer, message)
    case "create-new-history":
      return newHistory(viewer, message)
    // Each page says what it plays; a group that the session is in sees it once.
    case "audio-play-start":
      return isFirst(viewer) ? handle(viewer, message) : Effect.void
    case "use-extensions":
      Extensions.adopt((viewer.seat.wishes ??= Extensions.noWishes()), message)
      viewer.shared.fanout.review()
      return handle(viewer, message)
    default:
      return handle(viewer, message)
  }
}

/** A viewer that leaves meanwhile takes nothing away from the others: what it has asked for is not left half done. */
const handle = ({ shared }: Viewer, message: ClientMessage) =>
  shared.perform(Dispatch.handle(shared.session, message))

/** Whether nobody who listens has been there for longer. */
const isFirst = ({ seat, shared }: Viewer) => [...shared.fanout.seats].find(Fanout.listens) === seat

/** A text waits until it is its turn. */
const textInput = (
  viewer: Viewer,
  { from_name, images, text }: Extract<ClientMessage, { readonly type: "text-input" }>
) => {
  viewer.arriving = false
  if (TurnRequests.isEmpty(text, images)) return viewer.reply(TurnRequests.nothingToAnswer)
  // One that only writes is told when there is somebody; what it writes meanwhile would be old by then.
  if (viewer.shared.fanout.listeners() === 0) {
    return viewer.reply(ServerMessage.failure(say("session.nobodyListens")))
  }
  return viewer.shared.texts
    .add({
      text,
      images,
      priority: "usual",
      from: viewer.seat,
      ...(from_name === undefined ? {} : { fromName: from_name })
    })
    .pipe(Effect.catchAll(({ words }) => viewer.reply(ServerMessage.failure(words))))
}

/**
 * The web page asks for a new conversation whenever it connects. That would end the one that the others are in, so
 * whoever comes later is told of that one instead; it can ask again.
 */
const newHistory = Effect.fnUntraced(function* (viewer: Viewer, message: ClientMessage) {
  const { session } = viewer.shared
  const history_uid = viewer.arriving ? yield* session.history.uid : undefined
  viewer.arriving = false
  return history_uid === undefined
    ? yield* handle(viewer, message)
    : yield* viewer.reply({ type: "new-history-created", history_uid })
})

/** Has the rest of a fiber speak to all viewers, as the session does: whatever it starts belongs to all. */
export const asEverybody = <A, E, R>({ shared }: Viewer, effect: Effect.Effect<A, E, R>) =>
  WholeFiber.provide(effect, Context.make(Client, shared.client))
