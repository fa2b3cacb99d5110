import { Effect, Option, Random, Stream } from "effect"
import type { Llm, LlmDelta, LlmFailed, LlmRequest, LlmTool } from "./Llm.ts"
import * as ThinkBlocks from "./ThinkBlocks.ts"
import * as ToolPrompt from "./ToolPrompt.ts"
import * as WrittenCall from "./WrittenCall.ts"

export interface Options {
  /** Tells a model how to write a call, with a place for the list of tools. */
  readonly prompt: string
  /** Models that have refused tools: they are asked in words from then on. */
  readonly refused: WeakSet<Llm>
}

/**
 * Gives tools to every model: one that has no calls of its own, or whose server refuses them, is told in its prompt to
 * write a call as JSON, which is read out of its text.
 */
export const over = (llm: Llm, { prompt, refused }: Options): Llm => ({
  ...llm,
  callsTools: true,
  stream: (request) => {
    const tools = request.tools ?? []
    if (tools.length === 0) return llm.stream(request)
    const inWords = Stream.suspend(() => prompted(llm, request, tools, prompt))
    if (!llm.callsTools) return inWords
    const refusal = Effect.suspend(() => {
      refused.add(llm.shared ?? llm)
      return Effect.logInfo(`${llm.model} takes no tools: it is told of them in words`)
    })
    return Stream.suspend(() =>
      refused.has(llm.shared ?? llm)
        ? inWords
        : Stream.catchSome(llm.stream(request), (failure) =>
            failure.reason === "no-tools"
              ? Option.some(Stream.unwrap(Effect.as(refusal, inWords)))
              : Option.none()
          )
    )
  }
})

/** Asks without tools; ends with the first calls, whatever the model would go on to write (results of its own making). */
const prompted = (
  llm: Llm,
  request: LlmRequest,
  tools: ReadonlyArray<LlmTool>,
  prompt: string
): Stream.Stream<LlmDelta, LlmFailed> => {
  const { tools: _, ...bare } = request
  const system = [request.system, ToolPrompt.system(prompt, tools)].filter((part) => part !== "").join("\n\n")
  const blocks = ThinkBlocks.make<LlmDelta>()
  const reader = WrittenCall.reader(new Set(tools.map(({ name }) => name)))
  let called = false

  const deltasOf = ({ calls, text }: WrittenCall.Read) =>
    Effect.forEach(calls, ({ input, name }) =>
      Effect.map(callId, (id): LlmDelta => ({ _tag: "Call", request: { id, name, input } }))
    ).pipe(
      Effect.map((found): ReadonlyArray<LlmDelta> => {
        called ||= found.length > 0
        return text === "" ? found : [{ _tag: "Text", text }, ...found]
      })
    )

  const read = (deltas: ReadonlyArray<LlmDelta>) =>
    Effect.map(
      Effect.forEach(deltas, (delta) =>
        delta._tag === "Text" ? deltasOf(reader.push(delta.text)) : Effect.succeed([delta])
      ),
      (all) => all.flat()
    )

  const end = Stream.suspend(() =>
    called
      ? Stream.empty
      : Stream.fromIterableEffect(
          Effect.flatMap(read(blocks.flush()), (last) =>
            Effect.map(deltasOf(reader.flush()), (rest) => [...last, ...rest])
          )
        )
  )

  return llm.stream({ ...bare, system, messages: ToolPrompt.talk(request.messages) }).pipe(
    Stream.mapEffect((delta) => read(blocks.push(delta))),
    Stream.takeUntil(() => called),
    Stream.flattenIterables,
    Stream.concat(end)
  )
}

const callId = Effect.map(Random.nextIntBetween(0, 2 ** 31), (number) => `call_${number.toString(36)}`)
