import { Either, Effect, Option, Schema, Stream } from "effect"
import { jsonrepair } from "jsonrepair"
import type { ToolOutcome, ToolRequest } from "../llm/Llm.ts"
import type { McpClient, Tool, ToolResult } from "../mcp/McpClient.ts"
import type { AgentEvent, AgentInput } from "./Agent.ts"

/** How many calls of one step run at the same time. */
const parallelCalls = 4

/** What a step's calls need. */
export interface Options {
  readonly mcp: McpClient
  readonly tools: ReadonlyArray<Tool>
  readonly consent: AgentInput["consent"]
}

type Input = Readonly<Record<string, unknown>>

/** Runs the calls of one step: an event as each begins and as it ends. `onOutcomes` gets what came of them, in order. */
export const run = (
  options: Options,
  requests: ReadonlyArray<ToolRequest>,
  onOutcomes: (outcomes: ReadonlyArray<ToolOutcome>) => void
): Stream.Stream<AgentEvent> => {
  const outcomes = new Map<ToolRequest, ToolOutcome>()
  return Stream.fromIterable(requests).pipe(
    Stream.flatMap((request) => call(options, request, (outcome) => void outcomes.set(request, outcome)), {
      concurrency: parallelCalls
    }),
    Stream.ensuring(Effect.sync(() => onOutcomes(requests.flatMap((request) => outcomes.get(request) ?? []))))
  )
}

/** Answers every call with a failure that tells the model why none is run. */
export const refuse = (requests: ReadonlyArray<ToolRequest>, text: string): ReadonlyArray<ToolOutcome> =>
  requests.map((request) => ({ request, text, failed: true }))

const call = (
  { consent, mcp, tools }: Options,
  request: ToolRequest,
  onOutcome: (outcome: ToolOutcome) => void
): Stream.Stream<AgentEvent> => {
  const event = (
    status: "running" | "completed" | "error",
    content: string,
    result?: ToolResult
  ): AgentEvent => ({
    _tag: "Tool",
    call: {
      id: request.id,
      tool: request.name,
      status,
      content,
      ...(result === undefined || result.images.length === 0 ? {} : { images: result.images }),
      ...(result?.browserView === undefined ? {} : { browserView: result.browserView })
    }
  })
  const failed = (text: string): AgentEvent => {
    onOutcome({ request, text, failed: true })
    return event("error", `Error: ${text}`)
  }
  const done = (result: ToolResult): AgentEvent => {
    const { failed, images, text } = result
    onOutcome({ request, text, failed, ...(images.length === 0 ? {} : { images }) })
    return failed ? event("error", `Error: ${text}`, result) : event("completed", text, result)
  }

  const tool = tools.find(({ name }) => name === request.name)
  if (tool === undefined) {
    const names = tools.map(({ name }) => name).join(", ")
    return Stream.sync(() => failed(`there is no tool ${request.name}; there are ${names}`))
  }
  return Either.match(inputOf(request.input), {
    onLeft: (problem) => Stream.sync(() => failed(problem)),
    onRight: (input) => {
      const running = Stream.concat(
        Stream.make(event("running", `Input: ${JSON.stringify(input)}`)),
        Stream.fromEffect(
          Effect.match(mcp.call(tool.name, input), {
            onFailure: ({ message }) => failed(message),
            onSuccess: done
          })
        )
      )
      if (!tool.confirm) return running
      const asked = consent?.({ id: request.id, tool: tool.name, input }) ?? Effect.succeed(false)
      return Stream.unwrap(
        Effect.map(asked, (allowed) =>
          allowed ? running : Stream.sync(() => failed("the person did not allow this call"))
        )
      )
    }
  })
}

const isInput = Schema.is(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

/** Arguments as the model wrote them, mended where they can be. */
const inputOf = (written: string): Either.Either<Input, string> => {
  if (written.trim() === "") return Either.right({})
  const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))
  const value = Option.orElse(parse(written), () =>
    Option.flatMap(Option.liftThrowable(jsonrepair)(written), parse)
  )
  return Option.isSome(value) && isInput(value.value)
    ? Either.right(value.value)
    : Either.left("its arguments are no JSON object")
}
