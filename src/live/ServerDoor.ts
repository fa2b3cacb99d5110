import { Effect, Option, Schema } from "effect"
import type { Bridge } from "./Bridge.ts"
import * as BridgeLife from "./Bridge.ts"
import { failed } from "./BridgeFailed.ts"
import type { Door } from "./Door.ts"
import * as LiveSocket from "./LiveSocket.ts"

/** Of what the server sends, in bytes: sound comes along. */
const longest = 64 * 1024 * 1024

/**
 * How long an answer may take. Then the next text is sent all the same where the server has it wait (`/proxy-ws`); where it
 * would interrupt the answer, the connection is made anew.
 */
const patience = "3 minutes"

/** How long nothing may be answered in a group until its talk has ended: between two speeches it takes a breath. */
const lull = "10 seconds"

const decode = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Struct({ type: Schema.String, text: Schema.optional(Schema.Unknown) }))
)

/** What tells whether somebody hears what the character says, and who speaks with it. */
const decodeAudience = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      extensions: Schema.optional(Schema.Struct({ only_writes: Schema.optional(Schema.Boolean) })),
      listeners: Schema.optional(Schema.Number),
      members: Schema.optional(Schema.Array(Schema.Unknown))
    })
  )
)

/** What a message is about: its type, or what a control message says. */
const subjectOf = (frame: string | Buffer): unknown =>
  Option.match(typeof frame === "string" ? decode(frame) : Option.none(), {
    onNone: () => "",
    onSome: ({ text, type }) => (type === "control" ? text : type)
  })

/**
 * A client of a running server, connected again and again. Ends only if there is none at the first attempt: a server that
 * was there is waited for. `url`: of `/proxy-ws` or `/client-ws`.
 */
export const open = Effect.fnUntraced(function* (url: string) {
  const connected = yield* Effect.makeLatch(false)
  const free = yield* Effect.makeLatch(false)
  /** Open while somebody hears what the character says, as far as the server tells. */
  const heard = yield* Effect.makeLatch(false)
  /** Whether it does tell. */
  let tells = false
  let current: LiveSocket.LiveSocket | undefined
  /** Whether there has been a connection. */
  let known = false
  /** Whether something is being answered: errors come in the middle of that, too. */
  let answers = false
  /** Whether it is in a group, where one answer comes after the other. */
  let grouped = false
  /** An answer had no end: the connection is given up. */
  const endless = yield* Effect.makeLatch(false)
  const { host, pathname } = new URL(url)
  /** There nobody else plays what the character says. */
  const alone = pathname.endsWith("/client-ws")
  const say = (message: object) => current?.send(JSON.stringify(message)) ?? Effect.void

  const become = (answering: boolean) =>
    Effect.suspend(() => {
      answers = answering
      return answering ? free.close : free.open
    })
  /** To interrupt an answer is for whoever hears it. */
  const ready = Effect.gen(function* () {
    while (true) {
      yield* connected.await
      const before = current
      const ended = yield* Effect.timeoutOption(free.await, patience)
      if (Option.isSome(ended)) {
        if (!grouped) break
        yield* Effect.sleep(lull)
        if (!answers) break
      } else if (current === before) {
        // Nothing at all may have come of the last text.
        if (!alone || !answers) break
        yield* endless.open
      }
    }
    yield* heard.await
  })
  const leave = Effect.sync(() => {
    current = undefined
    answers = false
    grouped = false
    endless.unsafeClose()
    connected.unsafeClose()
    free.unsafeClose()
    heard.unsafeClose()
    tells = false
  })
  const bridge: Bridge = {
    place: { platform: "server", room: host },
    attend: ({ joined }) =>
      LiveSocket.attend({
        place: bridge.place,
        url,
        longest,
        begin: (socket) => Effect.sync(() => void (current = socket)),
        beat: { every: "20 seconds", frame: JSON.stringify({ type: "heartbeat" }) },
        silence: "60 seconds",
        read: (frame) => {
          switch (subjectOf(frame)) {
            // The last of what a client is greeted with.
            case "start-mic":
              known = true
              return Effect.all(
                [
                  tells ? say({ type: "use-extensions", only_writes: true }) : heard.open,
                  connected.open,
                  free.open,
                  joined
                ],
                { discard: true }
              )
            case "set-model-and-conf":
              return Effect.sync(() => {
                const { extensions } = Option.getOrElse(decodeAudience(frame), () => ({
                  extensions: undefined
                }))
                tells = !alone && extensions?.only_writes === true
              })
            case "audience-update": {
              const { listeners = 0 } = Option.getOrElse(decodeAudience(frame), () => ({ listeners: 0 }))
              return listeners > 0 ? heard.open : heard.close
            }
            case "group-update":
              return Effect.sync(() => {
                const { members = [] } = Option.getOrElse(decodeAudience(frame), () => ({ members: [] }))
                grouped = alone && members.length > 0
              })
            case "conversation-chain-start":
              return become(true)
            case "conversation-chain-end":
            case "interrupt-signal":
              return become(false)
            // Without an answer it is all that comes of a text.
            case "error":
              return answers ? Effect.void : free.open
            case "backend-synth-complete":
              return alone ? say({ type: "frontend-playback-complete" }) : Effect.void
            default:
              return Effect.void
          }
        }
      }).pipe(
        Effect.raceFirst(Effect.zipRight(endless.await, failed(bridge.place, "endless"))),
        Effect.mapError((failure) => {
          if (known) return failure
          return failure.detail === "404" && !alone
            ? failed(bridge.place, "not-shared")
            : failed(bridge.place, "no-server", failure.detail)
        }),
        Effect.ensuring(leave)
      )
  }
  const door: Door = {
    ready,
    say: ({ sender, text }) =>
      Effect.suspend(() => {
        if (current === undefined) return Effect.succeed(false)
        free.unsafeClose()
        const said = sender === undefined ? text : `${sender}: ${text}`
        return Effect.as(say({ type: "text-input", text: said }), true)
      })
  }
  return { door, keep: BridgeLife.keep(bridge, { hear: () => undefined, skip: () => undefined }) }
})
