import { Effect, TestClock } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as World from "./World.ts"

/** A client whose character has its name. */
export interface Guest extends World.Connected {
  readonly uid: string
  /** What has come since this was last called. */
  readonly news: () => ReadonlyArray<string>
  readonly newsOf: <Type extends ServerMessage["type"]>(
    type: Type
  ) => ReadonlyArray<Extract<ServerMessage, { readonly type: Type }>>
}

/** Connects clients with the characters a, b, c, ..., their uids like their names, and waits until all is ready. */
export const guests = Effect.fnUntraced(function* (names: ReadonlyArray<string>, room?: Effect.Effect<void>) {
  const opened = yield* Effect.forEach(names, (uid) => guest(uid, room))
  yield* TestClock.adjust("10 seconds")
  for (const one of opened) one.received.length = 0
  return opened
})

export const guest = Effect.fnUntraced(function* (uid: string, room?: Effect.Effect<void>) {
  const client = yield* World.connectAs(uid, room)
  if (uid !== "a") yield* client.send({ type: "switch-config", file: `${uid}.yaml` })
  let seen = 0
  const taken = () => {
    const fresh = client.seen().slice(seen)
    seen = client.received.length
    return fresh
  }
  const one: Guest = {
    ...client,
    uid,
    news: taken,
    newsOf: <Type extends ServerMessage["type"]>(type: Type) =>
      client.received.filter(
        (message): message is Extract<ServerMessage, { readonly type: Type }> => message.type === type
      )
  }
  return one
})

/** The first invites the others. */
export const together = Effect.fnUntraced(function* (members: ReadonlyArray<Guest>) {
  const [first, ...others] = members
  for (const other of others) yield* first!.send({ type: "add-client-to-group", invitee_uid: other.uid })
  yield* TestClock.adjust("1 millis")
  for (const member of members) member.received.length = 0
})

/** The page of the speaker plays the latest sentence, and reports that it has played all. */
export const plays = Effect.fnUntraced(function* (member: Guest) {
  const spoken = member.received.filter((message) => message.type === "audio" && !message.forwarded).at(-1)
  if (spoken?.type === "audio" && spoken.display_text !== null)
    yield* member.send({ type: "audio-play-start", display_text: spoken.display_text, forwarded: true })
  yield* member.send({ type: "frontend-playback-complete" })
  yield* TestClock.adjust("1 millis")
})

/** The stored conversations, by the character whose they are. */
export const stories = (world: World.World) =>
  [...world.stored.values()].map((rows) =>
    rows.map(({ content, name = "", role }) => `${role} ${name}: ${content}`)
  )
