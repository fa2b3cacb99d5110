import { Effect, Option, Schema } from "effect"
import type { AgentEvent, ToolCall } from "./Agent.ts"
import { Reported, Unanswered } from "../engine/RemoteFailure.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

const Content = Schema.Union(
  Schema.String,
  Schema.Array(Schema.Struct({ type: Schema.optional(Schema.String), text: Schema.optional(Schema.String) }))
)

const text = Schema.NullishOr(Schema.String)

/** A call as it comes: whole, or piece by piece under one id. */
const CallPiece = Schema.Struct({
  tool_call_id: Schema.optional(text),
  name: Schema.optional(text),
  arguments: Schema.optional(text)
})

const Outcome = Schema.Struct({
  tool_call_id: Schema.String,
  status: Schema.Literal("success", "error"),
  tool_return: Schema.optional(Content)
})

/** The messages that matter here, as the server streams them. */
const Known = Schema.Union(
  Schema.Struct({ message_type: Schema.Literal("assistant_message"), content: Content }),
  Schema.Struct({ message_type: Schema.Literal("reasoning_message"), reasoning: Schema.String }),
  Schema.Struct({
    message_type: Schema.Literal("tool_call_message", "approval_request_message"),
    tool_call: Schema.optional(Schema.NullOr(CallPiece)),
    tool_calls: Schema.optional(Schema.NullOr(Schema.Union(Schema.Array(CallPiece), CallPiece)))
  }),
  Schema.Struct({
    message_type: Schema.Literal("tool_return_message"),
    ...Outcome.fields,
    tool_returns: Schema.optional(Schema.NullOr(Schema.Array(Outcome)))
  }),
  Schema.Struct({ message_type: Schema.Literal("stop_reason"), stop_reason: Schema.String }),
  Schema.Struct({
    message_type: Schema.Literal("error_message"),
    message: Schema.String,
    detail: Schema.optional(text)
  })
)

/** Any message: pings, usage and what later versions add say nothing here. */
const Message = Schema.Union(Known, Schema.Struct({ message_type: Schema.String }))
const decode = Schema.decodeUnknownOption(Message)

const knownTypes = new Set(
  Known.members.flatMap(({ fields }) => fields.message_type.literals as ReadonlyArray<string>)
)
const isKnown = (message: typeof Message.Type): message is typeof Known.Type =>
  knownTypes.has(message.message_type)

/** Ways to stop that are no failure. */
const goodEnds = new Set(["end_turn", "tool_rule", "no_tool_call", "max_tokens_exceeded", "cancelled"])

/** Turns the messages of one answer into events. */
export interface LettaMessages {
  readonly read: (message: unknown) => Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
  /** The stream has ended: fails if the answer had not. */
  readonly end: Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
}

interface Call {
  name: string
  input: string
  begun: boolean
}

export const make = (): LettaMessages => {
  const calls = new Map<string, Call>()
  let latest = ""
  let stopped = false

  const take = (pieces: ReadonlyArray<typeof CallPiece.Type>) => {
    for (const piece of pieces) {
      latest = piece.tool_call_id ?? latest
      const call = calls.get(latest) ?? { name: "", input: "", begun: false }
      calls.set(latest, call)
      call.name ||= piece.name ?? ""
      call.input += piece.arguments ?? ""
    }
  }

  /** What comes next shows that the arguments of the calls are complete. */
  const begun = (): ReadonlyArray<AgentEvent> =>
    [...calls].flatMap(([id, call]) => {
      if (call.begun) return []
      call.begun = true
      return [toolEvent(id, call.name, "running", call.input)]
    })

  const returned = (outcomes: ReadonlyArray<typeof Outcome.Type>): ReadonlyArray<AgentEvent> =>
    outcomes.map(({ status, tool_call_id: id, tool_return }) =>
      toolEvent(
        id,
        calls.get(id)?.name ?? "",
        status === "success" ? "completed" : "error",
        textOf(tool_return ?? "")
      )
    )

  const read = (message: typeof Known.Type): Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure> => {
    switch (message.message_type) {
      case "assistant_message":
        return Effect.succeed([...begun(), ...said("Text", textOf(message.content))])
      case "reasoning_message":
        return Effect.succeed([...begun(), ...said("Think", message.reasoning)])
      case "tool_call_message":
      case "approval_request_message": {
        const many = message.tool_calls ?? []
        const pieces = [many].flat()
        // Newer servers send the same call in both fields.
        take(pieces.length > 0 ? pieces : message.tool_call ? [message.tool_call] : [])
        return Effect.succeed([])
      }
      case "tool_return_message": {
        const many = message.tool_returns ?? []
        return Effect.succeed([...begun(), ...returned(many.length > 0 ? many : [message])])
      }
      case "stop_reason":
        stopped = true
        return goodEnds.has(message.stop_reason) ? Effect.succeed(begun()) : stoppedBy(message.stop_reason)
      case "error_message":
        return new Reported({
          said: message.detail ? `${message.message}: ${message.detail}` : message.message
        })
    }
  }

  return {
    read: (message) =>
      Option.match(decode(message), {
        onNone: () => new Unanswered({ reason: "unreadable", detail: say("agent.sentNoLetta") }),
        onSome: (message) => {
          if (isKnown(message)) return read(message)
          return knownTypes.has(message.message_type)
            ? new Unanswered({ reason: "unreadable", detail: say("agent.sentNoLetta") })
            : Effect.succeed([])
        }
      }),
    end: Effect.suspend(() => (stopped ? Effect.succeed([]) : new Unanswered({ reason: "broken-off" })))
  }
}

const stoppedBy = (reason: string) =>
  reason === "requires_approval"
    ? new Reported({
        said: say("agent.waitsApproval"),
        advice: say("agent.withoutApproval")
      })
    : new Reported({ said: say("agent.stopped", reason) })

const said = (tag: "Text" | "Think", text: string): ReadonlyArray<AgentEvent> =>
  text === "" ? [] : [{ _tag: tag, text }]

const toolEvent = (id: string, tool: string, status: ToolCall["status"], content: string): AgentEvent => ({
  _tag: "Tool",
  call: { id, tool, status, content }
})

const textOf = (content: typeof Content.Type): string =>
  typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("")
