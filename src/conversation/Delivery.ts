import { Chunk, Effect, ExecutionStrategy, Option, Scope } from "effect"
import type { Exit } from "effect"
import type { Agent, AgentInput, ToolCall } from "../agent/Agent.ts"
import type { Remembered } from "../agent/Memory.ts"
import { fasterFirst } from "../config/AgentConfig.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type { ChatImage, LlmFailed } from "../llm/Llm.ts"
import * as Pull from "../llm/Pull.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Outgoing } from "../protocol/ServerMessage.ts"
import * as Span from "../telemetry/Span.ts"
import type { Tts } from "../tts/Tts.ts"
import type { EmotionMap } from "./Emotions.ts"
import * as InOrder from "./InOrder.ts"
import * as Sentence from "./Sentence.ts"
import * as Speech from "./Speech.ts"

/** How many sentences of one turn are synthesised at the same time. */
const parallelSentences = 3

/** What delivering an answer uses of its session. */
export interface Options {
  readonly character: CharacterConfig
  /** Who speaks with the character. */
  readonly person: string
  /** Where the turn takes place, in words for the model. */
  readonly situation?: string
  readonly emotions: EmotionMap
  readonly agent: Effect.Effect<Agent, EngineUnavailable>
  readonly tts: Effect.Effect<Tts, EngineUnavailable>
  readonly translator: Speech.Options["translator"]
  /** Asks the person whether a tool may be called. */
  readonly consent: NonNullable<AgentInput["consent"]>
  readonly onVoiceFailure: Speech.Options["onFailure"]
  readonly onVoice: Speech.Options["onSpoken"]
  readonly onUntranslated: Speech.Options["onUntranslated"]
}

/** What is to be answered; `before`: what the agent remembers; `recalled`: from earlier conversations. */
export interface Asked {
  readonly text: string
  readonly images: ReadonlyArray<ChatImage>
  readonly before: Remembered
  readonly recalled: ReadonlyArray<string>
}

/** What has been handed to the client so far. */
export interface Delivered {
  /** The answer as it was displayed. */
  shown: string
  /** The answer as the model wrote it. */
  raw: string
  /** Length of its sound in ms. */
  duration: number
  /** Whether any of it was meant to be spoken. */
  speech: boolean
}

export const nothing = (): Delivered => ({ shown: "", raw: "", duration: 0, speech: false })

/**
 * Has the agent answer and delivers its sentences: synthesised concurrently, sent in order, the first as soon as it is
 * ready. Answers with the model's failure, if it broke off; what it had written by then is delivered all the same.
 */
export const deliver = Effect.fnUntraced(function* (
  options: Options,
  input: Asked,
  delivered: Delivered,
  send: (message: Outgoing) => Effect.Effect<void>
) {
  const agent = yield* options.agent
  // One attempt a turn: what cannot be loaded is not tried again for each sentence.
  const tts = once(options.tts)
  const translator = once(options.translator)
  const cutter = Sentence.cutter({
    language: "en",
    fasterFirst: fasterFirst(options.character.agent_config),
    emotions: options.emotions,
    preprocessor: options.character.tts_preprocessor_config
  })
  const events = agent.reply({
    conversation: input.before.conversation,
    memory: input.before.messages,
    ...(input.before.summary === undefined ? {} : { summary: input.before.summary }),
    recalled: input.recalled,
    ...(options.situation === undefined ? {} : { situation: options.situation }),
    from: options.person,
    text: input.text,
    images: input.images,
    consent: options.consent
  })

  const hand = (item: Speech.Spoken | Sentence.ToolItem) => {
    if (item._tag === "Tool") return Effect.flatMap(toolCallStatus(options.character, item.call), send)
    delivered.speech ||= item.sentence.speech !== ""
    delivered.duration += item.duration
    if (!item.sentence.thought && !item.continues) {
      delivered.raw += item.sentence.raw
      delivered.shown += item.sentence.display
    }
    return send(item.message)
  }

  const speech: Speech.Options = {
    character: options.character,
    tts,
    translator,
    onFailure: options.onVoiceFailure,
    onSpoken: options.onVoice,
    onUntranslated: options.onUntranslated
  }
  return yield* Effect.acquireUseRelease(
    Scope.make(ExecutionStrategy.parallel),
    (scope) => deliverIn(scope, { cutter, events, hand, speech }),
    (scope, exit) => Scope.close(scope, exit)
  )
}, Span.named("Delivery.deliver"))

/** What an answer goes through on its way. */
interface Way {
  readonly events: ReturnType<Agent["reply"]>
  readonly cutter: Sentence.Cutter
  readonly speech: Speech.Options
  readonly hand: (item: Speech.Spoken | Sentence.ToolItem) => Effect.Effect<void>
}

const deliverIn = Effect.fnUntraced(function* (scope: Scope.Scope, { cutter, events, hand, speech }: Way) {
  const speak = yield* Speech.make(speech)
  const sentences = yield* InOrder.make<Sentence.Item, Speech.Spoken | Sentence.ToolItem>(
    {
      parallel: parallelSentences,
      work: (item, give) => (item._tag === "Tool" ? Effect.sync(() => give(item)) : speak(item, give)),
      deliver: hand
    },
    scope
  )
  const add = (items: ReadonlyArray<Sentence.Item>) =>
    items.length === 0 ? Effect.void : Effect.forEach(items, sentences.add, { discard: true })

  // Running the stream as a whole, by `Stream.run`, costs three times as much.
  const pull = yield* Scope.extend(Pull.of(events), scope)
  const readOn: Effect.Effect<LlmFailed | undefined> = Effect.matchEffect(pull, {
    onFailure: (end) => Effect.succeed(Option.getOrUndefined(end)),
    onSuccess: (chunk) =>
      Effect.zipRight(
        add(Chunk.toReadonlyArray(chunk).flatMap(cutter.push)),
        Effect.suspend(() => readOn)
      )
  })
  const failed = yield* readOn
  yield* add(cutter.flush())
  yield* sentences.delivered
  return failed
})

/** Ends as its first run ended; `Effect.cached` costs as much as a sentence's whole way to the client. */
const once = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let ended: Exit.Exit<A, E> | undefined
  return Effect.suspend(() => ended ?? Effect.flatMap(Effect.exit(effect), (exit) => (ended = exit)))
}

const toolCallStatus = (character: CharacterConfig, call: ToolCall) =>
  Effect.clockWith((clock) =>
    Effect.succeed<Outgoing>({
      type: "tool_call_status",
      tool_id: call.id,
      tool_name: call.tool,
      name: character.character_name || character.conf_name,
      status: call.status,
      content: call.content,
      timestamp: new Date(clock.unsafeCurrentTimeMillis()).toISOString(),
      ...(call.images === undefined ? {} : { images: call.images.map(wireImage) }),
      ...(call.browserView === undefined ? {} : { browser_view: call.browserView })
    })
  )

const wireImage = ({ base64, mimeType }: ChatImage) => ({
  mime_type: mimeType,
  data: `data:${mimeType};base64,${base64}`
})
