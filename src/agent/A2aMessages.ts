import { TaskState } from "@a2a-js/sdk"
import type { Part, StreamResponse } from "@a2a-js/sdk"
import { Effect } from "effect"
import type { AgentEvent } from "./Agent.ts"
import { Reported, Unanswered } from "../engine/RemoteFailure.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

type Status = Extract<StreamResponse["payload"], { $case: "statusUpdate" }>["value"]["status"]
type Artifact = Extract<StreamResponse["payload"], { $case: "artifactUpdate" }>["value"]["artifact"]

/** Where a conversation stands on the agent's side. */
export interface Place {
  /** The agent's name for the conversation. */
  readonly contextId: string
  /** The task, if there is one. */
  readonly taskId: string
  /** The agent works on the task, so it can be told to stop. */
  readonly running: boolean
  /** The agent has asked something back: the answer belongs to the task. */
  readonly asks: boolean
}

/** Turns what the agent sends in one turn into events. */
export interface A2aMessages {
  readonly read: (response: StreamResponse) => Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
  /** The stream has ended: fails if the task had not. */
  readonly end: Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure>
  readonly place: () => Place
}

export const make = (): A2aMessages => {
  let place: Place = { contextId: "", taskId: "", running: false, asks: false }
  /** Of each artifact, what has been told of it. */
  const told = new Map<string, string>()

  const move = (contextId: string, taskId: string, state: TaskState | undefined) => {
    place = {
      contextId: contextId || place.contextId,
      taskId: taskId || place.taskId,
      running:
        state === undefined
          ? place.running
          : state === TaskState.TASK_STATE_SUBMITTED || state === TaskState.TASK_STATE_WORKING,
      asks: state === TaskState.TASK_STATE_INPUT_REQUIRED
    }
  }

  /** Agents send an artifact in pieces, and may send all of it again at the end. */
  const artifact = (artifact: Artifact, append: boolean): ReadonlyArray<AgentEvent> => {
    if (artifact === undefined) return []
    const text = textOf(artifact.parts)
    const before = told.get(artifact.artifactId)
    const isNext = before === undefined && told.size > 0
    const more =
      append || before === undefined ? text : text.startsWith(before) ? text.slice(before.length) : text
    told.set(artifact.artifactId, (before ?? "") + more)
    return said("Text", isNext && more !== "" ? `\n${more}` : more)
  }

  const status = (status: Status): Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure> => {
    const text = textOf(status?.message?.parts ?? [])
    switch (status?.state) {
      case TaskState.TASK_STATE_FAILED:
      case TaskState.TASK_STATE_REJECTED:
        return new Reported({ said: text === "" ? say("agent.taskFailed") : text })
      case TaskState.TASK_STATE_AUTH_REQUIRED:
        return new Reported({
          said: text === "" ? say("agent.asksLogin") : text,
          advice: say("agent.giveHeaders")
        })
      case TaskState.TASK_STATE_INPUT_REQUIRED:
        return Effect.succeed(said("Text", text))
      case TaskState.TASK_STATE_COMPLETED:
        // What was told by artifacts is often summed up here once more.
        return Effect.succeed(told.size === 0 ? said("Text", text) : [])
      case TaskState.TASK_STATE_CANCELED:
        return Effect.succeed([])
      default:
        return Effect.succeed(said("Think", text))
    }
  }

  const read = ({ payload }: StreamResponse): Effect.Effect<ReadonlyArray<AgentEvent>, RemoteFailure> => {
    switch (payload?.$case) {
      case "message": {
        const { contextId, parts, taskId } = payload.value
        move(contextId, taskId, undefined)
        return Effect.succeed(said("Text", textOf(parts)))
      }
      case "task": {
        const { artifacts, contextId, id, status: state } = payload.value
        move(contextId, id, state?.state)
        const texts = artifacts.flatMap((one) => artifact(one, false))
        return Effect.map(status(state), (events) => [...texts, ...events])
      }
      case "statusUpdate": {
        const { contextId, status: state, taskId } = payload.value
        move(contextId, taskId, state?.state)
        return status(state)
      }
      case "artifactUpdate": {
        const { append, artifact: one, contextId, taskId } = payload.value
        move(contextId, taskId, undefined)
        return Effect.succeed(artifact(one, append))
      }
      default:
        return new Unanswered({
          reason: "unreadable",
          detail: say("agent.sentNoA2a")
        })
    }
  }

  return {
    read,
    end: Effect.suspend(() =>
      place.running ? new Unanswered({ reason: "broken-off" }) : Effect.succeed([])
    ),
    place: () => place
  }
}

const said = (tag: "Text" | "Think", text: string): ReadonlyArray<AgentEvent> =>
  text === "" ? [] : [{ _tag: tag, text }]

const textOf = (parts: ReadonlyArray<Part>): string =>
  parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join("")
