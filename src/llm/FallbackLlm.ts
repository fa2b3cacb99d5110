import { Clock, Duration, Effect, Exit, Scope, Stream } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { LlmFailed } from "./Llm.ts"
import type { Llm, LlmDelta, LlmOptions, LlmRequest } from "./Llm.ts"
import { english, say } from "../language/Text.ts"

/** How long a provider that has failed is left alone. */
const pause = Duration.seconds(30)

/** One of the providers that may answer. */
export interface Member {
  /** Its section in the configuration. */
  readonly provider: string
  readonly open: Effect.Effect<Llm, EngineUnavailable, Scope.Scope>
}

/** What is known of a list of providers, for all sessions that have it. */
export interface Standing {
  /** From provider to the time, in ms, before which it is not asked again. */
  readonly pausedUntil: Map<string, number>
  /** Who answered last. */
  answering: string
}

export const standing = (first: Member): Standing => ({ pausedUntil: new Map(), answering: first.provider })

/** Failures of a provider itself, not of what it is asked. */
const takesOver: ReadonlySet<LlmFailed["reason"]> = new Set([
  "unreachable",
  "unavailable",
  "unauthorized",
  "unknown-model",
  "rate-limited"
])

/**
 * The first of several providers that answers. One that fails before its first word is left alone for a while, and the
 * next one is asked. The first is opened at once, the others when they are needed.
 */
export const over = Effect.fn("FallbackLlm.over")(function* (
  members: readonly [Member, ...ReadonlyArray<Member>],
  known: Standing,
  { onFallback = () => Effect.void }: Pick<LlmOptions, "onFallback">
) {
  const scope = yield* Effect.scope
  const places: ReadonlyArray<Place> = yield* Effect.forEach(members, (member) => place(member, scope))
  const [primary] = members
  const opened = yield* Effect.option(
    Effect.tapError(places[0]!.llm, ({ message }) => Effect.logWarning(`${message} Its fallbacks remain.`))
  )
  let told = false

  /** Who answers has changed: for the log once, and once for the person of this session. */
  const answered = Effect.fnUntraced(function* (provider: string, failure: LlmFailed | undefined) {
    known.pausedUntil.delete(provider)
    const isPrimary = provider === primary.provider
    const instead =
      failure === undefined
        ? say("llm.answersInstead", primary.provider, provider)
        : say("llm.answersInsteadSince", primary.provider, failure.detail, provider)
    if (known.answering !== provider) {
      known.answering = provider
      yield* isPrimary ? Effect.logInfo(`${provider} answers again.`) : Effect.logWarning(english(instead))
    }
    if (isPrimary || told) return
    told = true
    yield* onFallback(instead)
  })

  const ask = (
    request: LlmRequest,
    [next, ...rest]: ReadonlyArray<Place>,
    failures: ReadonlyArray<LlmFailed>
  ): Stream.Stream<LlmDelta, LlmFailed> => {
    if (next === undefined) return Stream.fail(together(failures))
    let began = false
    const begin = Effect.suspend(() => {
      began = true
      return answered(next.provider, failures[0])
    })
    return Stream.unwrap(Effect.map(Effect.mapError(next.llm, asFailure), (llm) => llm.stream(request))).pipe(
      Stream.mapChunksEffect((deltas) => (began ? Effect.succeed(deltas) : Effect.as(begin, deltas))),
      Stream.catchAll((failure) => {
        if (began || !takesOver.has(failure.reason)) return Stream.fail(failure)
        const leave = Effect.map(Clock.currentTimeMillis, (now) =>
          known.pausedUntil.set(next.provider, now + Duration.toMillis(pause))
        )
        return Stream.unwrap(Effect.as(leave, ask(request, rest, [...failures, failure])))
      })
    )
  }

  const llm: Llm = {
    provider: primary.provider,
    model: opened._tag === "Some" ? opened.value.model : primary.provider,
    callsTools: opened._tag === "Some" && opened.value.callsTools,
    ...(opened._tag === "Some" && opened.value.notice !== undefined ? { notice: opened.value.notice } : {}),
    stream: (request) =>
      Stream.unwrap(
        Effect.map(Clock.currentTimeMillis, (now) => {
          const ready = places.filter(({ provider }) => (known.pausedUntil.get(provider) ?? 0) <= now)
          // Where none is ready, an attempt costs less than silence.
          return ask(request, ready.length === 0 ? places : ready, [])
        })
      )
  }
  return llm
})

/** A provider's place in the list; it is opened once. */
interface Place {
  readonly provider: string
  readonly llm: Effect.Effect<Llm, EngineUnavailable>
}

const place = ({ open, provider }: Member, scope: Scope.Scope): Effect.Effect<Place> =>
  Effect.map(Effect.makeSemaphore(1), (turn) => {
    let llm: Llm | undefined
    // What was begun for an attempt that fails or is interrupted does not wait for the session's end.
    const opening = Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Scope.fork(scope, scope.strategy), (own) =>
        restore(Scope.extend(open, own)).pipe(
          Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(own, exit))),
          Effect.tap((opened) => Effect.sync(() => (llm = opened)))
        )
      )
    )
    return { provider, llm: turn.withPermits(1)(Effect.suspend(() => (llm ? Effect.succeed(llm) : opening))) }
  })

const asFailure = ({ advice, engine, reason }: EngineUnavailable) =>
  new LlmFailed({ provider: engine, reason: "unavailable", detail: reason, advice })

/** Nobody has answered: the first one's failure, and what the others said. */
const together = ([first, ...others]: ReadonlyArray<LlmFailed>): LlmFailed =>
  others.length === 0
    ? first!
    : new LlmFailed({
        provider: first!.provider,
        reason: first!.reason,
        detail: say("engine.clauses", [
          first!.detail,
          ...others.map(({ detail, provider }) => say("engine.of", provider, detail))
        ]),
        // What is to be done about one is not to be taken for another's.
        advice: say(
          "engine.sentences",
          [first!, ...others].map(({ advice, provider }) => say("llm.adviceFor", provider, advice))
        )
      })
