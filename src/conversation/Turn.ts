import { Cause, Duration, Effect, Exit, Fiber, Option, Schema, Stream } from "effect"
import type { Agent } from "../agent/Agent.ts"
import type { Memory } from "../agent/Memory.ts"
import type { Asr } from "../asr/Asr.ts"
import type { ChatImage } from "../llm/Llm.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Alarms } from "../supervision/Alarms.ts"
import { Census } from "../telemetry/Census.ts"
import * as Span from "../telemetry/Span.ts"
import { Client } from "./Client.ts"
import type { TurnToken } from "./Client.ts"
import * as Delivery from "./Delivery.ts"
import type { Playback } from "./Playback.ts"
import type { StoryFailure } from "./Story.ts"
import type { TurnRecord } from "./TurnRecord.ts"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** What a person has said. */
export type Said = { readonly images: ReadonlyArray<ChatImage> } &
  /** `givenUp`: it interrupts nothing; this is done instead if there is something to interrupt. */
  (
    | { readonly _tag: "Text"; readonly text: string; readonly givenUp?: Effect.Effect<void> }
    /** Mono, 16 kHz. `heard`: what a recogniser that listened all along made of it, if one did. */
    | {
        readonly _tag: "Utterance"
        readonly samples: Float32Array
        readonly heard: Effect.Effect<Option.Option<string>>
      }
  )

/** What triggers an answer. A proactive one has a prompt for input that nobody keeps. */
export type Heard =
  | Said
  | { readonly _tag: "Proactive"; readonly prompt: string; readonly images: ReadonlyArray<ChatImage> }
  /** What others have said in a group, `Name: text` each. It says nothing of the person, so nothing is learnt of it. */
  | { readonly _tag: "Lines"; readonly text: string; readonly images: ReadonlyArray<ChatImage> }

/** What triggers a turn. */
export type Input =
  | Heard
  /** The character says this, and asks no model for it; nobody keeps it. */
  | { readonly _tag: "Line"; readonly line: string }

/** What a turn uses of its session. Each engine is waited for only when the turn comes to need it. */
export interface Options extends Delivery.Options {
  readonly asr: Effect.Effect<Asr, EngineUnavailable>
  readonly memory: Memory
  readonly record: TurnRecord
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
  get words(): Text {
    return this.reason === "not-recognised" ? say("session.notRecognised") : say("session.noAnswer")
  }

  override get message(): string {
    return english(this.words)
  }
}

/**
 * One turn, from its trigger to `conversation-chain-end`. It always ends, whatever fails on the way; if it is
 * interrupted, nothing more of it is sent, and what was heard is recorded.
 */
export const run = Effect.fnUntraced(function* (options: Options, input: Input, token: TurnToken) {
  const client = yield* Client
  const census = yield* Census
  const alarms = yield* Alarms
  const send = (message: ServerMessage.Outgoing) => client.send(message, token)
  const delivered = Delivery.nothing()
  const progress: Progress = { send, kept: keeping(send), delivered, asked: undefined, storing: undefined }

  const play = Effect.suspend(() =>
    delivered.speech
      ? census.track("playback")(
          options.playback.wait(
            alarms,
            send({ type: "backend-synth-complete" }),
            Duration.millis(delivered.duration + options.playbackGrace)
          )
        )
      : Effect.void
  )

  /** What was not heard has not been said. */
  const remember = (answer: string) => {
    const said = progress.asked
    if (said === undefined || delivered.shown.trim() === "" || answer.trim() === "") return Effect.void
    return Effect.ignore(
      Effect.flatMap(
        options.agent,
        (agent) => agent.remember?.({ from: options.person, asked: said, answer }) ?? Effect.void
      )
    )
  }

  return yield* send(ServerMessage.control("conversation-chain-start")).pipe(
    Effect.zipRight(send(ServerMessage.fullText(say("session.thinking")))),
    Effect.zipRight(
      Effect.catchAll(answerTo(options, input, progress), (failure) =>
        Effect.zipRight(
          failure._tag === "NothingSaid" ? Effect.void : Effect.logWarning(failure.message),
          send(ServerMessage.failure(failure.words))
        )
      )
    ),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("a turn died", Cause.die(defect)),
        send(ServerMessage.failure(say("session.turnDied")))
      )
    ),
    // Also of a turn that failed: nobody may be told its end before.
    Effect.zipLeft(stored(progress)),
    Effect.zipRight(play),
    // Whatever else went wrong while it stopped: a turn that was interrupted is recorded.
    Effect.onExit((exit) => {
      // What is said is no answer, and nobody keeps it.
      if (input._tag === "Line") return Effect.void
      if (!Exit.isInterrupted(exit)) return remember(delivered.shown)
      const heard = token.heard ?? delivered.shown
      // What is being stored is stored, and nobody waits until that can be told.
      const { storing } = progress
      const settled = storing === undefined ? Effect.void : Fiber.interrupt(storing)
      return settled.pipe(
        Effect.zipRight(options.record.interrupted(heard)),
        Effect.catchAll((failure) => Effect.logError("an interruption was not recorded", failure)),
        Effect.zipRight(remember(heard))
      )
    }),
    Effect.ensuring(options.onEnded),
    Effect.zipRight(send({ type: "force-new-message" })),
    Effect.zipRight(send(ServerMessage.control("conversation-chain-end"))),
    census.track("turn")
  )
}, Span.named("Turn.run"))

type Send = (message: ServerMessage.Outgoing) => Effect.Effect<void>

/** How far a turn has come. */
interface Progress {
  readonly send: Send
  readonly kept: ReturnType<typeof keeping>
  readonly delivered: Delivery.Delivered
  /** What the person said; undefined in a proactive turn and in a group. */
  asked: string | undefined
  /** Stores it; no answer and no interruption is stored before. */
  storing: Fiber.Fiber<void> | undefined
}

const answerTo = Effect.fnUntraced(function* (options: Options, input: Input, progress: Progress) {
  const { delivered, kept, send } = progress
  yield* options.onBegun
  if (input._tag === "Line") return yield* recite(options, input.line, delivered, send)
  const text = yield* listen(options.asr, input, send)
  const before = yield* options.memory.remembered
  if (input._tag === "Text" || input._tag === "Utterance") progress.asked = text
  // While the model is asked: nobody waits for the database before the first sound.
  if (input._tag !== "Proactive") yield* store(progress, options.record.asked(text, input.images))
  const recalled = yield* options.recall(text)
  const failed = yield* Delivery.deliver(options, { ...input, text, before, recalled }, delivered, send)
  yield* stored(progress)
  if (delivered.shown.trim() !== "") {
    yield* kept(options.record.answered(delivered.raw, delivered.shown))
    yield* options.onAnswered(progress.asked, delivered.shown)
  }
  if (failed !== undefined) return yield* failed
  if (delivered.shown.trim() === "") return yield* new NothingSaid({ reason: "no-answer" })
})

const store = (progress: Progress, question: Effect.Effect<void, StoryFailure>) =>
  Effect.uninterruptible(
    Effect.map(
      Effect.fork(Effect.interruptible(progress.kept(question))),
      (fiber) => void (progress.storing = fiber)
    )
  )

const stored = (progress: Progress) =>
  Effect.suspend(() => (progress.storing === undefined ? Effect.void : Fiber.await(progress.storing)))

/** What triggers the turn, as text; the client is told how an utterance was understood. */
export const listen = Effect.fnUntraced(function* (asr: Options["asr"], input: Heard, send: Send) {
  if (input._tag === "Text" || input._tag === "Lines") return input.text
  if (input._tag === "Proactive") return input.prompt
  const recogniser = yield* asr
  const heard = yield* input.heard
  const text = Option.isSome(heard) ? heard.value : yield* recogniser.transcribe(input.samples)
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

/** A conversation that cannot be stored goes on; the client is told, once a turn of the same. */
const keeping = (send: Send) => {
  let told: string | undefined
  return (store: Effect.Effect<void, { readonly words: Text; readonly message: string }>) =>
    Effect.catchAll(store, (failure) => {
      const isNew = failure.message !== told
      told = failure.message
      return Effect.zipRight(
        Effect.logError("a message was not stored", failure),
        isNew ? send(ServerMessage.failure(failure.words)) : Effect.void
      )
    })
}
