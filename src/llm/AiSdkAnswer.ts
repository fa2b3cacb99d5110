// No timer: it looks whether more has arrived, inside one read, and waits for no time of any clock.
// oxlint-disable-next-line supervision/no-bare-async
import { setImmediate as nextRound } from "node:timers/promises"
import type { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import type { LlmDelta, ToolRequest } from "./Llm.ts"

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>["chatModel"]>
type Stream = Awaited<ReturnType<Model["doStream"]>>["stream"]
/** A piece of an answer as the AI SDK gives it. */
export type Part = Stream extends ReadableStream<infer P> ? P : never
type Metadata = NonNullable<Extract<Part, { type: "reasoning-delta" }>["providerMetadata"]>
type Call = Extract<Part, { type: "tool-call" }>

/** What a provider wants back with the calls of a step. */
export interface Carried {
  readonly provider: string
  /** What the model thought before its calls, with signatures; only the step's first call has it. */
  readonly reasoning?: ReadonlyArray<{ readonly text: string; readonly options: Metadata }>
  /** OpenRouter's form of the same. */
  readonly details?: Metadata[string][string]
  /** Gemini's signature of this call. */
  readonly signature?: string
}

/** The key of `reasoning_details` among what a provider says at the end of its answer. */
export const detailsKey = "reasoningDetails"

/** What one read gives: deltas, one at least, or the end. */
export type Read =
  | {
      readonly _tag: "Deltas"
      readonly deltas: ReadonlyArray<LlmDelta>
      /** Whether they end the first sentence, while more of the answer may have come already. */
      readonly isFirst: boolean
    }
  | {
      readonly _tag: "End"
      readonly finish: string | undefined
      /** Whether it said a word or called a tool. */
      readonly answered: boolean
    }

/** A sentence that is over, as the next one has begun; now and then something that looks so, such as "3.5". */
const sentence = /[\p{Sentence_Terminal}\u2026\n]["'”’»)\]]*\s*\S/u

/**
 * Reads what has come of the answer; rejects with what the provider reports. Providers send several pieces at once:
 * each by itself would cost more than all together. Only the first sentence does not wait for the rest: it is what the person
 * waits for. Calls come last, when all that belongs to them is known.
 */
export const reading = (reader: ReadableStreamDefaultReader<Part>, provider: string) => {
  let pending: ReturnType<typeof reader.read> | undefined
  const answer = answering(provider)
  let isSaid = false
  const isOver = (delta: LlmDelta | undefined) =>
    !isSaid && delta?._tag === "Text" && (isSaid = sentence.test(delta.text))

  return async (): Promise<Read> => {
    const deltas: Array<LlmDelta> = []
    // What has arrived goes through the SDK's stages before the event loop's next round.
    let round: Promise<undefined> | undefined
    for (;;) {
      pending ??= reader.read()
      const next = await (round === undefined
        ? pending
        : Promise.race([pending.catch(() => undefined), round]))
      // What came before an end or a failure is handed on first.
      if (next === undefined || (deltas.length > 0 && (next.done || next.value.type === "error")))
        return { _tag: "Deltas", deltas, isFirst: false }
      pending = undefined
      if (next.done) return answer.end()
      if (next.value.type === "error") throw next.value.error
      if (!answer.collect(deltas, next.value)) continue
      if (isOver(deltas.at(-1))) return { _tag: "Deltas", deltas, isFirst: true }
      round ??= nextRound(undefined)
    }
  }
}

/** The state of one answer. */
const answering = (provider: string) => {
  const calls: Array<Call> = []
  const reasoning = new Map<string, { text: string; options: Metadata }>()
  let answered = false
  let finish: string | undefined

  const think = (id: string, text: string, metadata: Metadata = {}) => {
    const before = reasoning.get(id) ?? { text: "", options: {} }
    const options = { ...before.options }
    for (const [name, value] of Object.entries(metadata)) options[name] = { ...options[name], ...value }
    reasoning.set(id, { text: before.text + text, options })
  }

  const requestOf = ({ input, providerMetadata = {}, toolCallId, toolName }: Call, carried: Carried) => {
    const signature = Object.values(providerMetadata).find((value) => "thoughtSignature" in value)?.[
      "thoughtSignature"
    ]
    const all = typeof signature === "string" ? { ...carried, signature } : carried
    const request: ToolRequest = { id: toolCallId, name: toolName, input }
    return Object.keys(all).length === 1 ? request : { ...request, carried: all }
  }

  /** The calls, as deltas; the first one carries what the model thought. */
  const callsAtEnd = (metadata: Metadata): ReadonlyArray<LlmDelta> =>
    calls.splice(0).map((call, index): LlmDelta => {
      if (index > 0) return { _tag: "Call", request: requestOf(call, { provider }) }
      const details = Object.values(metadata).find((value) => detailsKey in value)?.[detailsKey]
      const carried: Carried = {
        provider,
        ...(reasoning.size > 0 && { reasoning: [...reasoning.values()] }),
        ...(details !== undefined && { details })
      }
      return { _tag: "Call", request: requestOf(call, carried) }
    })

  /** Adds what a part says, its text to the delta before it if it is of the same kind; answers whether it says anything. */
  const collect = (deltas: Array<LlmDelta>, part: Part): boolean => {
    switch (part.type) {
      case "tool-call":
        answered = true
        calls.push(part)
        return false
      case "finish": {
        finish = part.finishReason.unified
        const last = callsAtEnd(part.providerMetadata ?? {})
        deltas.push(...last)
        return last.length > 0
      }
      case "reasoning-start":
      case "reasoning-end":
        think(part.id, "", part.providerMetadata)
        return false
      case "reasoning-delta":
        think(part.id, part.delta, part.providerMetadata)
        return say(deltas, "Think", part.delta)
      case "text-delta":
        answered ||= part.delta !== ""
        return say(deltas, "Text", part.delta)
      default:
        return false
    }
  }

  return { collect, end: (): Read => ({ _tag: "End", finish, answered }) }
}

const say = (deltas: Array<LlmDelta>, tag: "Text" | "Think", text: string): boolean => {
  if (text === "") return false
  const before = deltas.at(-1)
  if (before?._tag === tag) deltas[deltas.length - 1] = { _tag: tag, text: before.text + text }
  else deltas.push({ _tag: tag, text })
  return true
}
