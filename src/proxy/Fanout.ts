import { Effect } from "effect"
import type { TurnToken } from "../conversation/Client.ts"
import type { Language } from "../language/Language.ts"
import * as ServerFrame from "../protocol/ServerFrame.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import type * as Extensions from "../session/Extensions.ts"
import { nextRound } from "../supervision/NextRound.ts"

/** A message as it is written, once for all viewers of one language: one text frame in UTF-8. */
export type Frame = (language: Language) => Buffer

export const encode = (message: ServerMessage.Outgoing): Frame => {
  const written = new Map<Language | "any", Buffer>()
  return (language) => {
    const said = ServerMessage.inLanguage(message, language)
    const key = said === message ? "any" : language
    const before = written.get(key)
    if (before !== undefined) return before
    const encoded = ServerFrame.encode(said)
    const frame = typeof encoded === "string" ? Buffer.from(encoded) : encoded
    written.set(key, frame)
    return frame
  }
}

/** The way to one viewer. */
export interface Line {
  /** Puts a frame on its way and does not wait: false if so many wait that there is no room. */
  readonly offer: (frame: Frame, turn?: TurnToken) => boolean
  readonly hasRoom: () => boolean
  /** `told` runs whenever there has been no room and there is some again. */
  readonly onRoom: (told: () => void) => void
  /** Ends the connection: the viewer does not keep up. */
  readonly drop: () => void
}

/** Somebody who gets what the shared session sends. */
export interface Seat {
  readonly line: Line
  /** What it has asked for beyond the protocol, if it has. */
  wishes: Extensions.Wishes | undefined
}

/** Whether somebody hears what is sent there; a program that only writes is no listener. */
export const listens: Whom = ({ wishes }) => wishes?.onlyWrites !== true

/** Sends to all viewers. */
export interface Fanout {
  readonly seats: ReadonlySet<Seat>
  /** Seats a viewer. The first one gets all that has been sent before; the others get `greeting`. */
  readonly enter: (seat: Seat, greeting: ReadonlyArray<ServerMessage.Outgoing>) => void
  readonly leave: (seat: Seat) => void
  /** To be called when a seat has begun to listen, or does so no more. */
  readonly review: () => void
  /** How many listen. */
  readonly listeners: () => number
  /** Waits until somebody listens. */
  readonly someListen: Effect.Effect<void>
  /**
   * Sends to everybody, or to those `whom` is true of, at the pace of the fastest that listens: waits while there is room for nobody. A viewer for which
   * there is no room while there is for another one is dropped.
   */
  readonly send: (message: ServerMessage.Outgoing, turn?: TurnToken, whom?: Whom) => Effect.Effect<void>
}

export type Whom = (seat: Seat) => boolean

export const make = (): Fanout => {
  const seats = new Set<Seat>()
  /** What was sent before the first viewer was seated: the opening of the session, hence a few messages. */
  let early: Array<Frame> | undefined = []
  /** Senders for whose message there was room nowhere. */
  const stuck = new Set<() => void>()
  const onRoom = () => {
    for (const go of stuck) go()
  }

  const heard = Effect.unsafeMakeLatch(false)
  /** What those know of the audience who are told. */
  const told = new Map<Seat, number>()
  const listeners = () => {
    let count = 0
    for (const seat of seats) if (listens(seat)) count++
    return count
  }

  const review = () => {
    const count = listeners()
    if (count > 0) heard.unsafeOpen()
    else heard.unsafeClose()
    for (const seat of seats) {
      if (listens(seat)) told.delete(seat)
      else if (told.get(seat) !== count) {
        told.set(seat, count)
        if (!seat.line.offer(encode({ type: "audience-update", listeners: count }))) drop(seat)
      }
    }
  }

  const leave = (seat: Seat) => {
    if (!seats.delete(seat)) return
    told.delete(seat)
    review()
    onRoom()
  }
  const drop = (seat: Seat) => {
    leave(seat)
    seat.line.drop()
  }

  /** Waits until there is room somewhere, or until somebody has come or gone. */
  const room = Effect.async<void>((resume) => {
    const go = () => {
      stuck.delete(go)
      resume(Effect.void)
    }
    stuck.add(go)
    return Effect.sync(() => stuck.delete(go))
  })

  /** Those that only write do not set the pace while somebody listens. */
  const somebodyHasRoom = () => {
    let spare = false
    for (const seat of seats) {
      if (!seat.line.hasRoom()) continue
      if (listens(seat)) return true
      spare = true
    }
    return spare && listeners() === 0
  }

  /** Answers those who have no room for it; all others have got it. */
  const deliver = (to: Iterable<Seat>, frame: Frame, turn: TurnToken | undefined) => {
    let behind: Array<Seat> | undefined
    for (const seat of to) if (!seat.line.offer(frame, turn)) (behind ??= []).push(seat)
    return behind
  }

  /** In a round of the event loop everybody who reads makes room: who has none after it does not keep up. */
  const catchUp = (
    behind: ReadonlyArray<Seat>,
    frame: Frame,
    turn: TurnToken | undefined
  ): Effect.Effect<void> =>
    Effect.suspend(() => (somebodyHasRoom() ? nextRound : Effect.zipRight(room, nextRound))).pipe(
      Effect.flatMap(() => {
        const left = deliver(
          behind.filter((seat) => seats.has(seat)),
          frame,
          turn
        )
        if (left === undefined) return Effect.void
        if (!somebodyHasRoom()) return catchUp(left, frame, turn)
        left.forEach(drop)
        return Effect.void
      })
    )

  return {
    seats,
    enter: (seat, greeting) => {
      for (const frame of early ?? greeting.map(encode)) seat.line.offer(frame)
      early = undefined
      seat.line.onRoom(onRoom)
      seats.add(seat)
      review()
      onRoom()
    },
    leave,
    review,
    listeners,
    someListen: heard.await,
    send: (message, turn, whom) =>
      Effect.suspend(() => {
        if (turn?.stopped === true) return Effect.void
        if (early !== undefined) {
          early.push(encode(message))
          return Effect.void
        }
        const to = whom === undefined ? seats : [...seats].filter(whom)
        const frame = encode(message)
        const behind = deliver(to, frame, turn)
        return behind === undefined ? Effect.void : catchUp(behind, frame, turn)
      })
  }
}
