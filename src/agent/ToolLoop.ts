import { Effect, Stream } from "effect"
import { LlmFailed } from "../llm/Llm.ts"
import type {
  Llm,
  LlmDelta,
  LlmMessage,
  LlmRequest,
  ToolOutcome,
  ToolRequest,
  ToolRound
} from "../llm/Llm.ts"
import type { McpClient } from "../mcp/McpClient.ts"
import type { AgentEvent, AgentInput } from "./Agent.ts"
import * as ToolCalls from "./ToolCalls.ts"
import * as ToolTime from "./ToolTime.ts"
import { say } from "../language/Text.ts"

export interface Options {
  readonly llm: Llm
  readonly mcp: McpClient
  /** How often a model may use tools, and see what came of it, before it has to answer. */
  readonly mostSteps: number
  /** How long tools may run for one answer, all of them together. */
  readonly mostSeconds: number
}

/**
 * Has a model answer with the help of tools: whatever it calls is run, and it goes on with the results, until it answers
 * without a call. Interrupting the stream stops the model and every call.
 */
export const reply = (
  { llm, mcp, mostSeconds, mostSteps }: Options,
  request: LlmRequest,
  consent: AgentInput["consent"]
): Stream.Stream<AgentEvent, LlmFailed> => {
  const step = (
    time: ToolTime.ToolTime,
    rounds: ReadonlyArray<ToolRound>
  ): Stream.Stream<AgentEvent, LlmFailed> =>
    Stream.unwrap(
      Effect.map(mcp.tools, (tools) => {
        const messages: ReadonlyArray<LlmMessage> = [...request.messages, ...rounds]
        if (tools.length === 0 && rounds.length === 0) return withoutCalls(llm.stream(request))
        const specs = tools.map(({ description, inputSchema, name }) => ({ name, description, inputSchema }))
        const calls: Array<ToolRequest> = []
        let text = ""
        const said = Stream.filter(
          llm.stream({ ...request, messages, tools: specs }),
          (delta): delta is Said => {
            if (delta._tag === "Call") calls.push(delta.request)
            else if (delta._tag === "Text") text += delta.text
            return delta._tag !== "Call"
          }
        )
        const then = Stream.suspend(() => {
          if (calls.length === 0) return Stream.empty
          // It had been told to stop.
          if (rounds.length > mostSteps) return Stream.fail(endless(llm, mostSteps))
          if (rounds.length === mostSteps)
            return step(time, [...rounds, { role: "tools", text, outcomes: ToolCalls.refuse(calls, enough) }])
          let round: ToolRound = { role: "tools", text, outcomes: [] }
          const ran = ToolCalls.run({ mcp, tools, consent, time }, calls, (outcomes) => {
            round = { ...round, outcomes: withinBudget(outcomes, rounds) }
          })
          return Stream.concat(
            ran,
            Stream.suspend(() => step(time, [...rounds, round]))
          )
        })
        return Stream.concat(said, then)
      })
    )
  return Stream.suspend(() => step(ToolTime.make(mostSeconds), []))
}

type Said = Exclude<LlmDelta, { readonly _tag: "Call" }>

const withoutCalls = (deltas: Stream.Stream<LlmDelta, LlmFailed>): Stream.Stream<Said, LlmFailed> =>
  Stream.filter(deltas, (delta): delta is Said => delta._tag !== "Call")

/** Longest results of all steps of an answer, in characters: some 8,000 tokens. */
const mostText = 32_000

/** Leaves the end of results away that no context would hold. */
const withinBudget = (
  outcomes: ReadonlyArray<ToolOutcome>,
  rounds: ReadonlyArray<ToolRound>
): ReadonlyArray<ToolOutcome> => {
  let left = mostText
  for (const { outcomes } of rounds) for (const { text } of outcomes) left -= text.length
  return outcomes.map((outcome) => {
    const text =
      outcome.text.length <= left ? outcome.text : `${outcome.text.slice(0, Math.max(left, 0))}${cut}`
    left -= text.length
    return { ...outcome, text }
  })
}

const cut = " … (the rest is left out: the results of this answer are too long)"

const enough = "No more tools may be called for this answer. Answer now, with what you have."

const endless = ({ provider }: Llm, mostSteps: number) =>
  new LlmFailed({
    provider,
    reason: "rejected",
    detail: say("llm.endlessTools", mostSteps),
    advice: say("llm.fewerTools")
  })
