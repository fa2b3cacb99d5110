import * as Undici from "@effect/platform-node/Undici"
import { Chunk, Duration, Effect, Option, Schedule, Stream } from "effect"
import type { LlmFailed } from "../llm/Llm.ts"
import type * as BoundedMessages from "../engine/BoundedMessages.ts"
import * as UndiciFetch from "../engine/UndiciFetch.ts"
import * as Abort from "../supervision/Abort.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { AgentEvent } from "./Agent.ts"
import * as BodyText from "../engine/BodyText.ts"
import { Refused, retried, Unanswered } from "../engine/RemoteFailure.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** How an agent behind a network answers one turn, in parts of its own kind. */
export interface Options<Part> {
  /** Longest time in which nothing comes, before the answer and within it. */
  readonly silence: Duration.DurationInput
  /** Asks, and answers with the parts as they come. Aborting the signal ends the request. */
  readonly ask: (signal: AbortSignal) => Promise<AsyncIterable<Part>>
  /** What asking or reading threw. */
  readonly explain: (cause: unknown) => RemoteFailure
  /** What a part says; nothing, if it only shows that the agent is alive. */
  readonly read: (part: Part) => Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
  /** The parts have ended: what is left, or why that was too early. */
  readonly end?: Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
  /** Whether the agent answers somebody else at the moment, so that asking again in some seconds may help. */
  readonly isBusy?: (failure: RemoteFailure) => boolean
  /** Before another attempt. */
  readonly reset?: () => void
  readonly describe: (failure: RemoteFailure) => LlmFailed
}

/** A busy agent is asked again for some 15 seconds. */
const whileBusy = Schedule.intersect(Schedule.exponential("500 millis"), Schedule.recurs(5))

/** The answer as a stream. Interrupting it aborts the request; a failure before the first event is tried again. */
export const stream = <Part>(options: Options<Part>): Stream.Stream<AgentEvent, LlmFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const seconds = Duration.toSeconds(options.silence)
      let controller = new AbortController()
      yield* Finalizer.add(Effect.sync(() => Abort.abort(controller)))

      const limited = <A>(promise: () => Promise<A>): Effect.Effect<A, RemoteFailure> =>
        Effect.tryPromise({ try: promise, catch: options.explain }).pipe(
          Effect.timeoutFail({
            duration: options.silence,
            onTimeout: () => new Unanswered({ reason: "too-slow", detail: say("engine.silentFor", seconds) })
          })
        )

      /** The next part with anything in it; none at the end. */
      const next = (
        parts: AsyncIterator<Part>
      ): Effect.Effect<Option.Option<Chunk.Chunk<AgentEvent>>, RemoteFailure> =>
        Effect.flatMap(
          limited(() => parts.next()),
          (part) => {
            if (part.done === true) return Effect.succeedNone
            return Effect.flatMap(options.read(part.value), (events) =>
              events.length === 0 ? next(parts) : Effect.succeedSome(Chunk.unsafeFromArray(events))
            )
          }
        )

      const attempt = Effect.suspend(() => {
        Abort.abort(controller)
        controller = new AbortController()
        options.reset?.()
        const { signal } = controller
        return limited(() => options.ask(signal))
      }).pipe(
        Effect.map((parts) => parts[Symbol.asyncIterator]()),
        Effect.flatMap((parts) => Effect.map(next(parts), (first) => ({ first, parts })))
      )

      const patient = Effect.retry(attempt, { while: options.isBusy ?? (() => false), schedule: whileBusy })
      const { first, parts } = yield* retried(patient)

      let pending: ReturnType<typeof next> | undefined = Effect.succeed(first)
      let ended = false
      let isEmpty = true
      const given = (events: Chunk.Chunk<AgentEvent>) => {
        isEmpty &&= !Chunk.some(events, ({ _tag }) => _tag === "Text" || _tag === "Audio")
        return events
      }
      const pull = Effect.suspend(() => {
        if (ended) return Effect.fail(Option.none<RemoteFailure>())
        const now = pending ?? next(parts)
        pending = undefined
        return Effect.mapError(
          Effect.flatMap(now, (events) => {
            if (Option.isSome(events)) return Effect.succeed(given(events.value))
            ended = true
            return Effect.flatMap(options.end ?? Effect.succeed([]), (rest) => {
              const events = given(Chunk.unsafeFromArray(rest))
              return isEmpty ? new Unanswered({ reason: "empty" }) : Effect.succeed(events)
            })
          }),
          Option.some
        )
      })
      return Stream.repeatEffectChunkOption(pull)
    })
  ).pipe(Stream.mapError(options.describe))

/** `fetch` without time limits of its own: those of an agent are in the stream of its answer. */
export const fetchOver = (dispatcher: Undici.Dispatcher, message?: BoundedMessages.Limit): typeof fetch =>
  UndiciFetch.over(
    dispatcher.compose(
      (dispatch) => (options, handler) => dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler)
    ),
    message === undefined ? {} : { message }
  )

/**
 * The same with a bound of each message, in bytes: client libraries collect one whatever its length. A web page is no
 * answer: some of them would take it for an empty one.
 */
export const boundedFetchOver = (
  dispatcher: Undici.Dispatcher,
  longestMessage = 4 * 2 ** 20
): typeof fetch => {
  const over = fetchOver(dispatcher, {
    longest: longestMessage,
    tooLong: () =>
      new Unanswered({ reason: "unreadable", detail: say("engine.sentTooMuch", longestMessage / 2 ** 20) })
  })
  return (input, init) =>
    over(input, init).then((response) => {
      if (response.ok && /^text\/html\b/i.test(response.headers.get("content-type") ?? ""))
        throw webPage(response)
      return response
    })
}

const webPage = (response: Response) => {
  // Nobody reads it.
  void response.body?.cancel().catch(() => {})
  return new Unanswered({ reason: "unreadable", detail: say("engine.sentWebPage") })
}

/** Fails with what the server said unless it has accepted the request. */
export const accepted = async (response: Response): Promise<Response> => {
  if (response.ok) return response
  const location = response.headers.get("location")
  const said = await beginning(response).catch(() => "")
  throw new Refused({ status: response.status, said, ...(location === null ? {} : { location }) })
}

/** The first thousand characters or so. */
const beginning = async (response: Response): Promise<string> => {
  let said = ""
  for await (const text of BodyText.pieces(response)) {
    said += text
    if (said.length > 1000) break
  }
  return said
}
