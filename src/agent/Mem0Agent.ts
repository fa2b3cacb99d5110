import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Option, Stream } from "effect"
import type { Scope } from "effect"
import type { Mem0AgentConfig } from "../config/RemoteAgentConfig.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { LlmFailed } from "../llm/Llm.ts"
import type { Agent, AgentInput, AgentOptions } from "./Agent.ts"
import * as AgentFailure from "./AgentFailure.ts"
import type { RemoteFailure } from "../engine/RemoteFailure.ts"
import * as Mem0Hosts from "./Mem0Hosts.ts"
import * as Mem0Llm from "./Mem0Llm.ts"
import * as Mem0Server from "./Mem0Server.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** An answer does not wait longer than this for its memories. */
const searching = "5 seconds"

/** Making memories of one turn takes no longer. */
const adding = "2 minutes"

/** Turns that wait to become memories; more of them are left out. */
const longestLine = 8

export interface Services {
  readonly http: Undici.Dispatcher
  /** What each server has been told, by address. */
  readonly hosts: Mem0Hosts.Mem0Hosts
  /** Opens the agent that answers: a language model with a memory of the conversation. */
  readonly mind: (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope>
}

/**
 * `mem0_agent`: a language model whose long-term memory is a mem0 server. What the person says is searched for before
 * the answer; afterwards both become memories, in the background, as far as they were said and heard. It is mem0's server
 * and not its library, which brings a database of its own into this process and 70 MB into the installation.
 */
export const open = Effect.fn("Mem0Agent.open")(function* (
  { hosts, http, mind }: Services,
  config: Mem0AgentConfig,
  options: AgentOptions
) {
  const { character } = options
  const scope = yield* Effect.scope
  const chat = yield* chatConfig(config)
  const { provider } = config.llm
  const agent = yield* Effect.mapError(
    mind({ ...options, character: { ...character, agent_config: chat } }),
    (failure) => new EngineUnavailable({ ...failure, advice: Mem0Llm.inOwnKeys(provider, failure.advice) })
  )
  const server = Mem0Server.make(RemoteAnswer.boundedFetchOver(http), config)
  const describe = AgentFailure.describe({
    agent: "mem0_agent",
    address: config.host,
    secrets: [...(config.api_key === undefined ? [] : [config.api_key]), ...Mem0Llm.secretsIn(config)],
    addressKeys: "host",
    secretKeys: "api_key",
    unknown: {
      detail: say("agent.noMem0"),
      advice: say("engine.correct", "agent_settings.mem0_agent.host")
    }
  })
  const settings = Mem0Server.digestOf(config)
  const host = hosts(config.host)
  const configured = <A>(request: Effect.Effect<A, RemoteFailure>, afresh?: boolean) =>
    Mem0Hosts.having(host, settings, server.configure, request, afresh).pipe(
      Effect.tapError((failure) =>
        Effect.sync(() => {
          if (!Mem0Server.mayHaveForgotten(failure)) return
          // Failures that say nothing of it come again: those only let it be told sooner.
          if (failure._tag === "Refused" && failure.status >= 500) host.doubted = true
          else host.settings = undefined
        })
      )
    )
  // It may have started anew since the last session.
  yield* configured(Effect.void, true).pipe(
    Effect.timeout("30 seconds"),
    Effect.catchAll((failure) => {
      if (failure._tag === "TimeoutException")
        return unavailable(say("agent.mem0Silent"), say("engine.lookOverloaded"))
      const { advice, detail } = describe(failure)
      return unavailable(detail, advice)
    })
  )

  /** A person whom the client has named has memories of their own. */
  const ownerOf = ({ from }: Pick<AgentInput, "from">): Mem0Server.Owner => ({
    user_id: from === character.human_name ? (config.user_id ?? from) : from,
    agent_id: character.conf_uid
  })
  const recall = (input: AgentInput) =>
    configured(server.search(input.text, ownerOf(input))).pipe(
      Effect.mapError(describe),
      Effect.timeout(searching),
      Effect.catchAll((failure) =>
        Effect.as(Effect.logWarning(`answering without memories: ${failure.message}`), [])
      )
    )

  const turns = yield* Effect.makeSemaphore(1)
  let waiting = 0
  const remember: NonNullable<Agent["remember"]> = ({ answer, asked, from }) =>
    Effect.suspend(() => {
      if (asked === "") return Effect.void
      if (waiting >= longestLine) return Effect.logWarning("mem0_agent is behind: a turn becomes no memory")
      waiting++
      const said = [
        { role: "user", content: asked },
        { role: "assistant", content: answer }
      ] as const
      return configured(server.add(said, ownerOf({ from }))).pipe(
        Effect.mapError(describe),
        Effect.timeout(adding),
        turns.withPermits(1),
        Effect.catchAll((failure) => Effect.logWarning(`a turn becomes no memory: ${failure.message}`)),
        Effect.ensuring(Effect.sync(() => waiting--)),
        // It is begun where nothing can be interrupted: at the end of the turn.
        Effect.interruptible,
        Effect.forkIn(scope)
      )
    })

  const reply = (input: AgentInput) =>
    Stream.unwrap(
      Effect.map(recall(input), (memories) =>
        Stream.mapError(
          agent.reply({ ...input, recalled: [...(input.recalled ?? []), ...memories] }),
          (failure) => new LlmFailed({ ...failure, advice: Mem0Llm.inOwnKeys(provider, failure.advice) })
        )
      )
    )
  return { ...agent, reply, remember }
})

const unavailable = (reason: Words, advice: Words) =>
  new EngineUnavailable({ kind: "agent", engine: "mem0_agent", reason, advice })

/** The model that mem0 is configured with answers, too. */
const chatConfig = ({ llm }: Mem0AgentConfig) =>
  Option.match(Mem0Llm.agentConfigOf(llm), {
    onSome: Effect.succeed,
    onNone: () =>
      Mem0Llm.known.includes(llm.provider)
        ? unavailable(say("agent.mem0Incomplete"), say("agent.mem0SetModel"))
        : unavailable(
            say("agent.mem0Unknown"),
            say("engine.setToOneOf", "agent_settings.mem0_agent.llm.provider", Mem0Llm.known)
          )
  })
