import { Cause, Duration, Effect, Exit, Option, Schema, Stream } from "effect"
import type { Agent } from "../agent/Agent.ts"
import type { Memory } from "../agent/Memory.ts"
import type { Asr } from "../asr/Asr.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import { Client } from "./Client.ts"
import type { TurnToken } from "./Client.ts"
import * as Delivery from "./Delivery.ts"
import type { Playback } from "./Playback.ts"
import type { TurnRecord } from "./TurnRecord.ts"

/** What a person has said. */
export type Said = { readonly images: ReadonlyArray<ChatImage> } & (
  | { readonly _tag: "Text"; readonly text: string }
  /** Mono, 16 kHz. `heard`: what a recogniser that listened all along made of it, if one did. */
  | {
      readonly _tag: "Utterance"
      readonly samples: Float32Array
      readonly heard: Effect.Effect<Option.Option<string>>
    }
)

/** What triggers a turn. */
export type Input =
  | Said
  /** The prompt stands for what a person says; nobody keeps it. */
  | { readonly _tag: "Proactive"; readonly prompt: string; readonly images: ReadonlyArray<ChatImage> }
  /** The character says this, and asks no model for it; nobody keeps it. */
  | { readonly _tag: "Line"; readonly line: string }

/** What becomes of what a person has said. */
export type Verdict =
  | { readonly _tag: "Answer" }
  /** It needs no answer but this line; an empty one is not said. */
  | { readonly _tag: "Line"; readonly line: string }

/** What a turn uses of its session. Each engine is waited for only when the turn comes to need it. */
export interface Options extends Delivery.Options {
  readonly asr: Effect.Effect<Asr, EngineUnavailable>
  readonly memory: Memory
  readonly record: TurnRecord
  /** Decides over what a person has said, once it is a text. */
  readonly admit: (text: string) => Effect.Effect<Verdict>
  readonly playback: Playback
  /** Runs before anything else. Quick, and never fails. */
  readonly onBegun: Effect.Effect<void>
  /** What is known from earlier conversations and may matter now. Quick, and never fails. */
  readonly recall: (text: string) => Effect.Effect<ReadonlyArray<string>>
  /** Told of what the person said and what was answered, once both are stored. Returns at once. */
  readonly onAnswered: (asked: string | undefined, answer: string) => Effect.Effect<void>
  /** Runs at the end of every turn that has begun, however it ends. Returns at once. */
  readonly onEnded: Effect.Effect<void>
  /** Time beyond the audio's own length that the client has for playing it, in ms. */
  readonly playbackGrace: number
}

/** The turn has nothing to answer, or nothing was answered. `message` is fit for the client. */
class NothingSaid extends Schema.TaggedError<NothingSaid>()("NothingSaid", {
  reason: Schema.Literal("not-recognised", "no-answer")
}) {
  override get message(): string {
    return this.reason === "not-recognised"
      ? "Nothing was recognised in what you said. Please speak again, closer to the microphone."
      : "The model gave no answer. Please ask again."
  }
}

/**
 * One turn, from its trigger to `conversation-chain-end`. It always ends, whatever fails on the way; if it is
 * interrupted, nothing more of it is sent, and what was heard is recorded.
 */
export const run = Effect.fn("Turn.run")(function* (options: Options, input: Input, token: TurnToken) {
  const client = yield* Client
  const census = yield* Census
  const send = (message: ServerMessage.ServerMessage) => client.send(message, token)
  const delivered = Delivery.nothing()
  /** What the person said; undefined in a proactive turn. */
  let asked: string | undefined
  /** Whether what is said is no answer, so that nobody keeps it. */
  let recited = input._tag === "Line"

  const answer = Effect.gen(function* () {
    yield* options.onBegun
    if (input._tag === "Line") return yield* recite(options, input.line, delivered, send)
    const text = yield* listen(options, input, send)
    if (input._tag !== "Proactive") {
      const verdict = yield* options.admit(text)
      if (verdict._tag === "Line") {
        recited = true
        return yield* recite(options, verdict.line, delivered, send)
      }
    }
    const before = yield* options.memory.remembered
    if (input._tag !== "Proactive") {
      asked = text
      yield* kept(options.record.asked(text, input.images), send)
    }
    const recalled = yield* options.recall(text)
    const failed = yield* Delivery.deliver(options, { ...input, text, before, recalled }, delivered, send)
    if (delivered.shown.trim() !== "") {
      yield* kept(options.record.answered(delivered.raw, delivered.shown), send)
      yield* options.onAnswered(asked, delivered.shown)
    }
    if (failed !== undefined) return yield* failed
    if (delivered.shown.trim() === "") return yield* new NothingSaid({ reason: "no-answer" })
  })

  const play = Effect.suspend(() =>
    delivered.speech
      ? census.track("playback")(
          options.playback.wait(
            send({ type: "backend-synth-complete" }),
            Duration.millis(delivered.duration + options.playbackGrace)
          )
        )
      : Effect.void
  )

  /** What was not heard has not been said. */
  const remember = (answer: string) => {
    const said = asked
    if (said === undefined || delivered.shown.trim() === "" || answer.trim() === "") return Effect.void
    return Effect.ignore(
      Effect.flatMap(
        options.agent,
        (agent) => agent.remember?.({ from: options.person, asked: said, answer }) ?? Effect.void
      )
    )
  }

  return yield* send(ServerMessage.control("conversation-chain-start")).pipe(
    Effect.zipRight(send(ServerMessage.fullText("Thinking..."))),
    Effect.zipRight(
      Effect.catchAll(answer, (failure) =>
        Effect.zipRight(
          failure._tag === "NothingSaid" ? Effect.void : Effect.logWarning(failure.message),
          send(ServerMessage.failure(failure.message))
        )
      )
    ),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("a turn died", Cause.die(defect)),
        send(
          ServerMessage.failure(
            "Something went wrong inside the server; its log says what. Please try again."
          )
        )
      )
    ),
    Effect.zipRight(play),
    // Whatever else went wrong while it stopped: a turn that was interrupted is recorded.
    Effect.onExit((exit) => {
      if (recited) return Effect.void
      if (!Exit.isInterrupted(exit)) return remember(delivered.shown)
      const heard = token.heard ?? delivered.shown
      return options.record.interrupted(heard).pipe(
        Effect.catchAll((failure) => Effect.logError("an interruption was not recorded", failure)),
        Effect.zipRight(remember(heard))
      )
    }),
    Effect.ensuring(options.onEnded),
    Effect.zipRight(send({ type: "force-new-message" })),
    Effect.zipRight(send(ServerMessage.control("conversation-chain-end"))),
    census.track("turn")
  )
})

type Send = (message: ServerMessage.ServerMessage) => Effect.Effect<void>

/** What the user says, as text. */
const listen = Effect.fnUntraced(function* (
  options: Options,
  input: Exclude<Input, { readonly _tag: "Line" }>,
  send: Send
) {
  if (input._tag === "Text") return input.text
  if (input._tag === "Proactive") return input.prompt
  const asr = yield* options.asr
  const heard = yield* input.heard
  const text = Option.isSome(heard) ? heard.value : yield* asr.transcribe(input.samples)
  if (text === "") return yield* new NothingSaid({ reason: "not-recognised" })
  yield* send({ type: "user-input-transcription", text })
  return text
})

/** Has the character say a line that no model has written. */
const recite = Effect.fnUntraced(function* (
  options: Options,
  line: string,
  delivered: Delivery.Delivered,
  send: Send
) {
  if (line === "") return
  const before = yield* options.memory.remembered
  const failed = yield* Delivery.deliver(
    { ...options, agent: Effect.succeed(reciting(line)) },
    { text: "", images: [], before, recalled: [] },
    delivered,
    send
  )
  if (failed !== undefined) return yield* failed
})

const reciting = (line: string): Agent => ({ reply: () => Stream.succeed({ _tag: "Text", text: line }) })

/** A conversation that cannot be stored goes on; the client is told. */
const kept = (store: Effect.Effect<void, { readonly message: string }>, send: Send) =>
  Effect.catchAll(store, (failure) =>
    Effect.zipRight(
      Effect.logError("a message was not stored", failure),
      send(ServerMessage.failure(failure.message))
    )
  )
