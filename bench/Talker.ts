import type { WebSocket } from "ws"
import { until } from "./Bounded.ts"
import * as Client from "./Client.ts"

/** A client that asks again and again: at a fixed pace, or as soon as the answer is complete if that is later. */
export interface Talker {
  /** From asking to the answer (ms), of everything asked since `forget`. */
  readonly times: ReadonlyArray<number>
  /** The mark of the question of each of these. */
  readonly marks: ReadonlyArray<string>
  /** Answers that were complete since `forget`. */
  readonly turns: () => number
  readonly errors: () => ReadonlyArray<string>
  readonly forget: () => void
  /** Asks no more, waits for the answer in progress (at most 10 s) and leaves. */
  readonly stop: () => Promise<void>
}

export interface Options {
  readonly url: string
  readonly everyMs: number
  /** The frames of a question; the time counts from the last of them. Defaults to a text with a mark of its own. */
  readonly question?: ReadonlyArray<string | Buffer>
  /** When the first question is asked, in ms from now. */
  readonly firstAfterMs: number
  /** What a client does with a frame, and what the frame is. */
  readonly understand: (
    frame: Buffer,
    socket: WebSocket
  ) => "answer" | "end" | "answer and end" | "error" | undefined
}

let asked = 0

/** A number of eight digits, of which no two questions have the same. */
const nextMark = () => String(asked++).padStart(8, "0")

const text = (mark: string) =>
  JSON.stringify({ type: "text-input", text: `What do you think of tea and of rain, ${mark}?` })
/** All of them are as long as each other. */
const textLength = text(nextMark()).length
const playbackComplete = JSON.stringify({ type: "frontend-playback-complete" })

/** Understands a session: the answer is its first sound; a client that plays for no time at all. */
export const session: Options["understand"] = (frame, socket) => {
  if (Client.startsWith(frame, Client.head.sound)) return "answer"
  if (Client.startsWith(frame, Client.head.synthesised)) socket.send(playbackComplete)
  if (Client.startsWith(frame, Client.head.turnEnd)) return "end"
  if (Client.startsWith(frame, Client.head.error)) return "error"
  return undefined
}

/** Understands a session that is spoken to: the answer is the transcript. */
export const spokenTo: Options["understand"] = (frame, socket) => {
  if (Client.startsWith(frame, Client.head.transcript)) return "answer"
  if (Client.startsWith(frame, Client.head.sound)) return undefined
  return session(frame, socket)
}

/** Understands an echo. */
export const echo: Options["understand"] = (frame) =>
  frame.length === textLength ? "answer and end" : undefined

export const start = async (options: Options): Promise<Talker> => {
  const prelude = options.question?.slice(0, -1) ?? []
  const last = options.question?.at(-1)
  const times: Array<number> = []
  const marks: Array<string> = []
  let errors: Array<string> = []
  let turns = 0
  let askedAt = 0
  let mark = ""
  let asking = false
  let heard = false
  let timer: NodeJS.Timeout | undefined

  const socket = await Client.ready(options.url, (frame, socket) => {
    const meaning = options.understand(frame, socket)
    if (meaning === "error") errors.push(frame.toString("utf8"))
    if (!asking || meaning === undefined || meaning === "error") return
    if (meaning !== "end" && !heard) {
      heard = true
      times.push(performance.now() - askedAt)
      marks.push(mark)
    }
    if (meaning === "answer") return
    asking = false
    turns++
    plan(Math.max(0, askedAt + options.everyMs - performance.now()))
  })
  // Far enough in the future to be no part of the measurement if the connection is lost.
  socket.once("close", () => errors.push("the connection closed"))

  const ask = () => {
    asking = true
    heard = false
    mark = nextMark()
    for (const frame of prelude) socket.send(frame)
    const frame = last ?? text(mark)
    askedAt = performance.now()
    socket.send(frame)
  }
  const plan = (ms: number) => {
    if (timer !== undefined) timer = setTimeout(ask, ms)
  }
  timer = setTimeout(ask, options.firstAfterMs)

  return {
    times,
    marks,
    turns: () => turns,
    errors: () => errors,
    forget: () => {
      times.length = 0
      marks.length = 0
      errors = []
      turns = 0
    },
    stop: async () => {
      clearTimeout(timer)
      timer = undefined
      if (!(await until(10_000, async () => !asking))) errors.push("an answer did not end within 10 s")
      const before = errors
      errors = []
      const gone = Client.closed(socket)
      socket.close()
      await gone
      errors = before
    }
  }
}

/** Waits for its first complete answer: until then an engine may have to load. Fails after a minute. */
export const answered = async ({ errors, turns }: Talker): Promise<void> => {
  if (!(await until(60_000, async () => turns() > 0)))
    throw new Error(`no answer within a minute: ${errors().join(" ")}`)
}
