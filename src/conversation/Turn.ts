import {
  Cause,
  Chunk,
  Duration,
  Effect,
  ExecutionStrategy,
  Exit,
  Option,
  Schema,
  Scope,
  Stream
} from "effect"
import type { Agent, ToolCall } from "../agent/Agent.ts"
import type { Memory } from "../agent/Memory.ts"
import type { Asr } from "../asr/Asr.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type { ChatImage, ChatMessage } from "../llm/Llm.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import type { Tts } from "../tts/Tts.ts"
import { Client } from "./Client.ts"
import type { TurnToken } from "./Client.ts"
import type { EmotionMap } from "./Emotions.ts"
import * as InOrder from "./InOrder.ts"
import type { Playback } from "./Playback.ts"
import * as Sentence from "./Sentence.ts"
import * as Speech from "./Speech.ts"
import type { TurnRecord } from "./TurnRecord.ts"

/** How many sentences of one turn are synthesised at the same time. */
const parallelSentences = 3

/** What triggers a turn. A proactive one has a prompt for input that nobody keeps. */
export type Input = { readonly images: ReadonlyArray<ChatImage> } & (
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Proactive"; readonly prompt: string }
  /** Mono, 16 kHz. `heard`: what a recogniser that listened all along made of it, if one did. */
  | {
      readonly _tag: "Utterance"
      readonly samples: Float32Array
      readonly heard: Effect.Effect<Option.Option<string>>
    }
)

/** What a turn uses of its session. Each engine is waited for only when the turn comes to need it. */
export interface Options {
  readonly character: CharacterConfig
  readonly emotions: EmotionMap
  readonly agent: Effect.Effect<Agent, EngineUnavailable>
  readonly tts: Effect.Effect<Tts, EngineUnavailable>
  readonly asr: Effect.Effect<Asr, EngineUnavailable>
  readonly memory: Memory
  readonly record: TurnRecord
  readonly playback: Playback
  /** Time beyond the audio's own length that the client has for playing it, in ms. */
  readonly playbackGrace: number
  readonly onVoiceFailure: Speech.Options["onFailure"]
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
  const delivered = { shown: "", raw: "", duration: 0, speech: false }

  const answer = Effect.gen(function* () {
    const text = yield* listen(options, input, send)
    const before = yield* options.memory.messages
    if (input._tag !== "Proactive") yield* kept(options.record.asked(text, input.images), send)
    const failed = yield* deliver(options, { ...input, text, before }, delivered, send)
    if (delivered.shown.trim() !== "")
      yield* kept(options.record.answered(delivered.raw, delivered.shown), send)
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
    Effect.onExit((exit) =>
      Exit.isInterrupted(exit)
        ? options.record
            .interrupted(token.heard ?? delivered.shown)
            .pipe(Effect.catchAll((failure) => Effect.logError("an interruption was not recorded", failure)))
        : Effect.void
    ),
    Effect.zipRight(send({ type: "force-new-message" })),
    Effect.zipRight(send(ServerMessage.control("conversation-chain-end"))),
    census.track("turn")
  )
})

type Send = (message: ServerMessage.ServerMessage) => Effect.Effect<void>

/** What the user says, as text. */
const listen = Effect.fnUntraced(function* (options: Options, input: Input, send: Send) {
  if (input._tag === "Text") return input.text
  if (input._tag === "Proactive") return input.prompt
  const asr = yield* options.asr
  const heard = yield* input.heard
  const text = Option.isSome(heard) ? heard.value : yield* asr.transcribe(input.samples)
  if (text === "") return yield* new NothingSaid({ reason: "not-recognised" })
  yield* send({ type: "user-input-transcription", text })
  return text
})

/**
 * Has the agent answer and delivers its sentences: synthesised concurrently, sent in order, the first as soon as it is
 * ready. Answers with the model's failure, if it broke off; what it had written by then is delivered all the same.
 */
const deliver = Effect.fn("Turn.deliver")(function* (
  options: Options,
  input: {
    readonly text: string
    readonly images: Input["images"]
    readonly before: ReadonlyArray<ChatMessage>
  },
  delivered: { shown: string; raw: string; duration: number; speech: boolean },
  send: Send
) {
  const agent = yield* options.agent
  const speak = yield* Speech.make({
    character: options.character,
    // One attempt a turn: a voice that cannot be loaded is not tried again for each sentence.
    tts: yield* Effect.cached(options.tts),
    onFailure: options.onVoiceFailure
  })
  const settings = options.character.agent_config.agent_settings.basic_memory_agent
  const cutter = Sentence.cutter({
    language: "en",
    fasterFirst: settings?.faster_first_response ?? true,
    emotions: options.emotions,
    preprocessor: options.character.tts_preprocessor_config
  })
  const events = agent.reply({
    conversation: yield* options.memory.conversation,
    memory: input.before,
    from: options.character.human_name,
    text: input.text,
    images: input.images
  })

  const hand = (item: Speech.Spoken | Sentence.ToolItem) => {
    if (item._tag === "Tool") return Effect.flatMap(toolCallStatus(options.character, item.call), send)
    delivered.speech ||= item.sentence.speech !== ""
    delivered.duration += item.duration
    if (!item.sentence.thought) {
      delivered.raw += item.sentence.raw
      delivered.shown += item.sentence.display
    }
    return send(item.message)
  }

  const deliverIn = Effect.fnUntraced(function* (scope: Scope.Scope) {
    const sentences = InOrder.make<Sentence.Item, Speech.Spoken | Sentence.ToolItem>(
      {
        parallel: parallelSentences,
        work: (item) => (item._tag === "Tool" ? Effect.succeed(item) : speak(item)),
        deliver: hand
      },
      scope
    )
    const add = (items: ReadonlyArray<Sentence.Item>) =>
      items.length === 0 ? Effect.void : Effect.forEach(items, sentences.add, { discard: true })

    // Running the stream as a whole, by `Stream.run`, costs three times as much.
    const pull = yield* Scope.extend(Stream.toPull(events), scope)
    const failed = yield* pull.pipe(
      Effect.flatMap((chunk) => add(Chunk.toReadonlyArray(chunk).flatMap(cutter.push))),
      Effect.forever,
      Effect.catchAll((end) => Effect.succeed(Option.getOrUndefined(end)))
    )
    yield* add(cutter.flush())
    yield* sentences.delivered
    return failed
  })
  return yield* Effect.acquireUseRelease(Scope.make(ExecutionStrategy.parallel), deliverIn, (scope, exit) =>
    Scope.close(scope, exit)
  )
})

const toolCallStatus = (character: CharacterConfig, call: ToolCall) =>
  Effect.clockWith((clock) =>
    Effect.succeed<ServerMessage.ServerMessage>({
      type: "tool_call_status",
      tool_id: call.id,
      tool_name: call.tool,
      name: character.character_name || character.conf_name,
      status: call.status,
      content: call.content,
      timestamp: new Date(clock.unsafeCurrentTimeMillis()).toISOString()
    })
  )

/** A conversation that cannot be stored goes on; the client is told. */
const kept = (store: Effect.Effect<void, { readonly message: string }>, send: Send) =>
  Effect.catchAll(store, (failure) =>
    Effect.zipRight(
      Effect.logError("a message was not stored", failure),
      send(ServerMessage.failure(failure.message))
    )
  )
