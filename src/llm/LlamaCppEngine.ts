import { Effect, Schema } from "effect"
import type { ChatHistoryItem, LlamaChat, LlamaContextSequence, LlamaModel } from "node-llama-cpp"
import * as LlamaCppSlots from "./LlamaCppSlots.ts"
import * as LlamaCppTurns from "./LlamaCppTurns.ts"
import { longestAnswer } from "./LlamaCppProtocol.ts"
import type { Ask, Load } from "./LlamaCppProtocol.ts"

/** Answers that are written at once; each has a context of its own, and they are evaluated together. */
const sequences = 2
/** Tokens of a prompt that are evaluated without looking whether the answer is still wanted. */
const piece = 128
/** Tokens that a chat template adds to a message; generous. */
const perMessage = 16

/** The library failed; `message` is its own. */
export class NativeFailure extends Schema.TaggedError<NativeFailure>()("NativeFailure", {
  cause: Schema.Defect
}) {
  override get message(): string {
    return this.cause instanceof Error ? this.cause.message : String(this.cause)
  }
}

/** One context and what it holds. */
interface Slot extends LlamaCppSlots.Slot {
  readonly chat: LlamaChat
  readonly sequence: LlamaContextSequence
  /** Messages of the conversation that have been left out since they did not fit. */
  dropped: number
}

const native = <A>(run: () => Promise<A>): Effect.Effect<A, NativeFailure> =>
  // A step of native code cannot be left half-way: whoever interrupts waits for its end.
  Effect.uninterruptible(Effect.tryPromise({ try: run, catch: (cause) => new NativeFailure({ cause }) }))

/** Aborts `run` when interrupted, and then waits until it has really stopped. */
const abortable = <A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, NativeFailure> =>
  Effect.async((resume) => {
    const controller = new AbortController()
    const settled = run(controller.signal).then(
      (value) => resume(Effect.succeed(value)),
      (cause: unknown) => resume(new NativeFailure({ cause }))
    )
    return Effect.promise(() => {
      controller.abort()
      return settled
    })
  })

const toHistory = (system: string, messages: Ask["messages"]): Array<ChatHistoryItem> => [
  ...(system === "" ? [] : [{ type: "system" as const, text: system }]),
  ...messages.map(({ role, text }): ChatHistoryItem =>
    role === "assistant" ? { type: "model", response: [text] } : { type: role, text }
  )
]

/**
 * How many of the oldest messages to leave out so that the rest fits `budget`, in tokens. Where it did not change
 * with every turn, what has been evaluated stays of use: if more must go, much goes at once.
 */
export const leaveOut = (sizes: ReadonlyArray<number>, budget: number, before: number): number => {
  const rest = (from: number) => sizes.slice(from).reduce((sum, size) => sum + size, 0)
  if (before < sizes.length && rest(before) <= budget) return before
  let dropped = before < sizes.length ? before : 0
  while (dropped < sizes.length - 1 && rest(dropped) > 0.6 * budget) dropped++
  return dropped
}

/**
 * Evaluates a prompt in pieces, so that it can be given up between two of them; reuses what the slot holds. Answers with the
 * number of tokens that it did not hold.
 */
const evaluate = Effect.fnUntraced(function* (
  slot: Slot,
  model: LlamaModel,
  history: ReadonlyArray<ChatHistoryItem>
) {
  const { chat, sequence } = slot
  const { contextText } = chat.chatWrapper.generateContextState({
    chatHistory: [...history, { type: "model", response: [] }]
  })
  // The last token is left to the generation, which needs one to start from.
  const tokens = contextText.tokenize(model.tokenizer).slice(0, -1)
  yield* native(() => sequence.adaptStateToTokens(tokens, false))
  const known = sequence.nextTokenIndex
  while (sequence.nextTokenIndex < tokens.length) {
    const from = sequence.nextTokenIndex
    yield* native(() => sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, from + piece)))
  }
  return tokens.length - known
})

/** The messages that fit a slot, with the last one in any case. What is longer than all the room is cut. */
const fit = (slot: Slot, model: LlamaModel, ask: Ask, room: number): Array<ChatHistoryItem> => {
  const cut = (text: string, limit: number) => {
    const tokens = model.tokenize(text)
    return tokens.length <= limit ? text : model.detokenize(tokens.slice(0, limit))
  }
  const sizeOf = (text: string) => model.tokenize(text).length + perMessage
  const system = cut(ask.system, Math.floor(room / 2))
  const left = room - sizeOf(system)
  const sizes = ask.messages.map(({ text }) => sizeOf(text))
  if (ask.conversation === undefined || slot.conversation !== ask.conversation) slot.dropped = 0
  slot.conversation = ask.conversation
  slot.dropped = leaveOut(sizes, left, slot.dropped)
  const kept = ask.messages.slice(slot.dropped)
  return toHistory(
    system,
    kept.map(({ role, text }) => ({ role, text: kept.length === 1 ? cut(text, left - perMessage) : text }))
  )
}

type OnDelta = (kind: "Text" | "Think", text: string) => void

const answer = Effect.fnUntraced(function* (slot: Slot, model: LlamaModel, ask: Ask, onDelta: OnDelta) {
  const maxTokens = Math.min(longestAnswer, Math.floor(slot.sequence.contextSize / 4))
  const history = fit(slot, model, ask, slot.sequence.contextSize - maxTokens)
  const evaluated = yield* evaluate(slot, model, history)
  yield* abortable((signal) =>
    slot.chat.generateResponse(history, {
      signal,
      stopOnAbortSignal: true,
      maxTokens,
      budgets: { thoughtTokens: Math.floor(maxTokens / 2) },
      temperature: 0.7,
      topP: 0.9,
      topK: 40,
      onResponseChunk: (chunk) => {
        if (chunk.text !== "") onDelta(chunk.type === "segment" ? "Think" : "Text", chunk.text)
      }
    })
  )
  return evaluated
})

/** Nothing comes of an answer that has to begin again. */
const inOnePiece = (slot: Slot, model: LlamaModel, ask: Ask, onDelta: OnDelta) =>
  Effect.suspend(() => {
    const said: Array<Parameters<OnDelta>> = []
    return Effect.tap(
      answer(slot, model, ask, (...delta) => said.push(delta)),
      () => said.forEach((delta) => onDelta(...delta))
    )
  })

/**
 * Loads a model. `answer` streams one answer, and gives the number of tokens that had to be evaluated for it; more than
 * two at once wait for their turn, first come, first served. What is written in the background waits for all others, makes
 * room for them, and comes in one piece.
 */
export const load = Effect.fnUntraced(function* ({ contextSize, modelPath }: Load) {
  const { getLlama, LlamaChat, LlamaLogLevel } = yield* native(() => import("node-llama-cpp"))
  const llama = yield* native(() =>
    getLlama({ build: "never", gpu: "auto", logLevel: LlamaLogLevel.error, progressLogs: false })
  )
  // More threads than half the cores are slower on a machine that does other things too.
  const threads = Math.max(1, Math.floor(llama.cpuMathCores / 2))
  const model = yield* native(() => llama.loadModel({ modelPath }))
  const context = yield* native(() =>
    model.createContext({
      sequences,
      threads,
      contextSize: Math.min(contextSize, model.trainContextSize ?? contextSize)
    })
  )
  const slots = LlamaCppSlots.make(
    Array.from({ length: sequences }, (): Slot => {
      const sequence = context.getSequence()
      return {
        sequence,
        chat: new LlamaChat({ contextSequence: sequence }),
        conversation: undefined,
        dropped: 0,
        lastUsed: 0
      }
    })
  )

  const inTurn = LlamaCppTurns.make()

  return {
    contextSize: context.contextSize,
    threads,
    gpu: llama.gpu === false ? "none" : llama.gpu,
    answer: (ask: Ask, onDelta: OnDelta) =>
      inTurn(
        ask.conversation,
        slots.use(ask, (slot) =>
          ask.background ? inOnePiece(slot, model, ask, onDelta) : answer(slot, model, ask, onDelta)
        )
      )
  }
})
