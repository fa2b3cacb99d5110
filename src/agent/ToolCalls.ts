import { Cause, Either, Effect, Option, Random, Schema, Stream } from "effect"
import * as LooseJson from "../llm/LooseJson.ts"
import type { ToolOutcome, ToolRequest } from "../llm/Llm.ts"
import * as NestedDepth from "../mcp/NestedDepth.ts"
import type { McpClient, Tool, ToolResult } from "../mcp/McpClient.ts"
import type { AgentEvent, AgentInput } from "./Agent.ts"
import type { ToolTime } from "./ToolTime.ts"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** How many calls of one step run at the same time. */
const parallelCalls = 4
/** Calls of one step that are run; models that ask for more have lost their way. */
const mostCalls = 16
/** Names of tools that a model is told when it calls one that there is none of. */
const mostNames = 20

/** What a step's calls need. */
export interface Options {
  readonly mcp: McpClient
  readonly tools: ReadonlyArray<Tool>
  readonly consent: AgentInput["consent"]
  readonly time: ToolTime
}

type Input = Readonly<Record<string, unknown>>

/** Runs the calls of one step: an event as each begins and as it ends. `onOutcomes` gets what came of them, in order. */
export const run = (
  options: Options,
  requests: ReadonlyArray<ToolRequest>,
  onOutcomes: (outcomes: ReadonlyArray<ToolOutcome>) => void
): Stream.Stream<AgentEvent> => {
  const outcomes = new Map<ToolRequest, ToolOutcome>()
  for (const outcome of refuse(requests.slice(mostCalls), `at most ${mostCalls} tools are called at once`))
    outcomes.set(outcome.request, outcome)
  return Stream.fromIterable(requests.slice(0, mostCalls)).pipe(
    Stream.flatMap(
      (request) => Stream.unwrap(Effect.map(ownId, (id) => call(options, { id, request, outcomes }))),
      { concurrency: parallelCalls }
    ),
    Stream.ensuring(Effect.sync(() => onOutcomes(requests.flatMap((request) => outcomes.get(request) ?? []))))
  )
}

/** Answers every call with a failure that tells the model why none is run. */
export const refuse = (requests: ReadonlyArray<ToolRequest>, text: string): ReadonlyArray<ToolOutcome> =>
  requests.map((request) => ({ request, text, failed: true }))

/** What clients know a call by. Those of models may be empty, or come again. */
const ownId = Effect.map(
  Effect.all([Random.nextIntBetween(0, 2 ** 31), Random.nextIntBetween(0, 2 ** 31)]),
  (parts) => `tool_${parts.map((part) => part.toString(36)).join("")}`
)

interface Call {
  readonly id: string
  readonly request: ToolRequest
  readonly outcomes: Map<ToolRequest, ToolOutcome>
}

const call = (
  { consent, mcp, time, tools }: Options,
  { id, outcomes, request }: Call
): Stream.Stream<AgentEvent> => {
  const event = (
    status: "running" | "completed" | "error",
    content: Words,
    result?: ToolResult
  ): AgentEvent => ({
    _tag: "Tool",
    call: {
      id,
      tool: request.name,
      status,
      content,
      ...(result === undefined || result.images.length === 0 ? {} : { images: result.images }),
      ...(result?.browserView === undefined ? {} : { browserView: result.browserView })
    }
  })
  // The model is told in English, whatever the person reads.
  const failed = (words: Words): AgentEvent => {
    outcomes.set(request, { request, text: english(words), failed: true })
    return event("error", say("tools.error", words))
  }
  const done = (result: ToolResult): AgentEvent => {
    const { failed, images, text } = result
    outcomes.set(request, { request, text, failed, ...(images.length === 0 ? {} : { images }) })
    return failed ? event("error", say("tools.error", text), result) : event("completed", text, result)
  }

  const tool = tools.find(({ name }) => name === request.name)
  if (tool === undefined) return Stream.sync(() => failed(unknown(request.name, tools)))
  return Either.match(inputOf(request.input), {
    onLeft: (problem) => Stream.sync(() => failed(problem)),
    onRight: (input) => {
      const running = Stream.concat(
        Stream.sync(() => event("running", say("tools.input", JSON.stringify(input)))),
        Stream.fromEffect(
          time.within(mcp.call(tool.name, input, tool)).pipe(
            Effect.match({
              onFailure: ({ words }) => failed(words),
              onSuccess: Option.match({ onNone: () => failed(overdue(time)), onSome: done })
            }),
            Effect.catchAllDefect((defect) =>
              Effect.as(
                Effect.logError(`a call of the tool ${tool.name} died`, Cause.die(defect)),
                failed(say("tools.failedInside"))
              )
            )
          )
        )
      )
      if (!tool.confirm) return running
      const asked = consent?.({ id, tool: tool.name, input }) ?? Effect.succeed("cannot-ask" as const)
      return Stream.unwrap(
        Effect.map(asked, (consent) =>
          consent === "allowed" ? running : Stream.sync(() => failed(whyNot[consent]))
        )
      )
    }
  })
}

const whyNot = {
  refused: say("tools.personRefused"),
  "cannot-ask": say("tools.cannotAsk")
}

const overdue = ({ seconds }: ToolTime) => say("tools.overdue", seconds)

const unknown = (name: string, tools: ReadonlyArray<Tool>) => {
  const names = tools.slice(0, mostNames).map(({ name }) => name)
  const more = tools.length - mostNames
  return more > 0
    ? say("tools.thereAreMore", name.slice(0, 100), names, more)
    : say("tools.thereAre", name.slice(0, 100), names)
}

const isInput = Schema.is(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

/** Longest arguments, in characters, and how deep they may be nested: what comes back is written again. */
const longestInput = 262_144
const deepestInput = 64

/** Arguments as the model wrote them, mended where they can be. */
const inputOf = (written: string): Either.Either<Input, Words> => {
  if (written.trim() === "") return Either.right({})
  if (written.length > longestInput) return Either.left(say("tools.argumentsTooLong"))
  const value = LooseJson.read(written)
  if (Option.isNone(value) || !isInput(value.value)) return Either.left(say("tools.argumentsNoJson"))
  return NestedDepth.isMoreThan(value.value, deepestInput)
    ? Either.left(say("tools.argumentsTooDeep"))
    : Either.right(value.value)
}
