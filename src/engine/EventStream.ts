import { createParser } from "eventsource-parser"
import { Effect } from "effect"
import { say } from "../language/Text.ts"
import * as RemoteFailure from "./RemoteFailure.ts"
import type { Answer } from "./RemoteRequest.ts"

interface Event {
  /** "message" where it has none of its own. */
  readonly name: string
  readonly data: string
}

/** The data of server-sent events, one after the other, like `named`. */
export const of = (
  answer: Pick<Answer, "next">,
  longest: number
): Effect.Effect<string | undefined, RemoteFailure.RemoteFailure> =>
  Effect.map(named(answer, longest), (event) => event?.data)

/**
 * Server-sent events, one after the other; `undefined` when the answer has ended. An event of more than `longest`
 * characters fails. One caller at a time.
 */
export const named = (
  { next }: Pick<Answer, "next">,
  longest: number
): Effect.Effect<Event | undefined, RemoteFailure.RemoteFailure> => {
  const come: Array<Event> = []
  const text = new TextDecoder()
  let isTooLong = false
  const parser = createParser({
    maxBufferSize: longest,
    onEvent: ({ data, event = "message" }) => void come.push({ name: event, data }),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") isTooLong = true
    }
  })
  const tooLong = () =>
    new RemoteFailure.Unanswered({
      reason: "unreadable",
      detail: say("engine.sentTooLongEvent", longest / 2 ** 20)
    })

  return Effect.gen(function* () {
    while (come.length === 0) {
      const bytes = yield* next
      if (bytes === undefined) return undefined
      parser.feed(text.decode(bytes, { stream: true }))
      if (isTooLong) return yield* tooLong()
    }
    return come.shift()
  })
}
