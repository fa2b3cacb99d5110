import { Effect, Exit, Scope, TestClock } from "effect"
import { Client } from "../../src/conversation/Client.ts"
import type { TurnToken } from "../../src/conversation/Client.ts"
import type { ClientMessage } from "../../src/protocol/ClientMessage.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import type { Frame } from "../../src/proxy/Fanout.ts"
import { encode } from "../../src/proxy/Fanout.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import * as Viewer from "../../src/proxy/Viewer.ts"
import * as SocketTalk from "./SocketTalk.ts"
import * as World from "./World.ts"

/** Frames that wait for a viewer that does not read, before there is no room. */
export const capacity = 12

/** A line that reads when the test says so. */
export const line = () => {
  const received: Array<ServerMessage> = []
  const waiting: Array<{ readonly frame: Frame; readonly turn: TurnToken | undefined }> = []
  let reads = true
  let dropped = false
  let told = () => {}
  const read = (frame: Frame) => void received.push(JSON.parse(frame("en").toString()) as ServerMessage)
  const hasRoom = () => reads || waiting.length < capacity
  const offer = (frame: Frame, turn?: TurnToken) => {
    if (turn?.stopped === true) return true
    if (!hasRoom()) return false
    if (reads) read(frame)
    else waiting.push({ frame, turn })
    return true
  }
  const link: Viewer.Link = {
    offer,
    hasRoom,
    onRoom: (listener) => void (told = listener),
    drop: () => void (dropped = true),
    reply: (message) => Effect.sync(() => void offer(encode(message)))
  }
  return {
    link,
    received,
    dropped: () => dropped,
    stall: () => void (reads = false),
    resume: () => {
      const full = !hasRoom()
      reads = true
      for (const { frame, turn } of waiting.splice(0)) if (turn?.stopped !== true) read(frame)
      if (full) told()
    }
  }
}

/** Joins the proxy as its socket does, in a scope of its own. */
export const join = Effect.fnUntraced(function* (listens = true) {
  const scope = yield* Scope.make()
  const { link, ...ways } = line()
  const viewer = yield* Viewer.join(link).pipe(Scope.extend(scope))
  const context =
    yield* Effect.context<Exclude<Effect.Effect.Context<ReturnType<typeof Viewer.receive>>, Client>>()
  const send = (message: ClientMessage) =>
    Viewer.receive(viewer, message).pipe(
      Effect.provideService(Client, viewer.shared.client),
      Effect.provide(context)
    )
  if (!listens) yield* send({ type: "use-extensions", only_writes: true })
  return {
    ...ways,
    viewer,
    send,
    /** The connection closes, whoever closes it. */
    leave: Scope.close(scope, Exit.void),
    /** What has come, in a few words each. */
    seen: () => ways.received.map(summary)
  }
})
export type Joined = Effect.Effect.Success<ReturnType<typeof join>>

export const summary = (message: ServerMessage): string =>
  message.type === "user-input-transcription" ? `transcription ${message.text}` : SocketTalk.summary(message)

export const greeting = [
  "group-update",
  "full-text Connection established",
  "set-model-and-conf",
  "group-update",
  "start-mic"
]

/** Runs a test in a world with a proxy. */
export const run = <E>(test: (world: World.World) => Effect.Effect<void, E, World.Services | Proxy>) =>
  World.run((world) => Effect.provide(test(world), Proxy.layer))

/** Viewers of a session whose engines are ready, without what they have been greeted with. */
export const audience = Effect.fnUntraced(function* (count: number) {
  const viewers: Array<Joined> = []
  for (let index = 0; index < count; index++) viewers.push(yield* join())
  yield* TestClock.adjust("3 seconds")
  for (const { received } of viewers) received.length = 0
  return viewers
})

export const leaveAll = (viewers: ReadonlyArray<Joined>) =>
  Effect.forEach(viewers, ({ leave }) => leave, { discard: true })
