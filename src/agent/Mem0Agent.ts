import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Option, Stream } from "effect"
import type { Scope } from "effect"
import type { Mem0AgentConfig } from "../config/RemoteAgentConfig.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Agent, AgentInput, AgentOptions } from "./Agent.ts"
import * as AgentFailure from "./AgentFailure.ts"
import * as Mem0Llm from "./Mem0Llm.ts"
import * as Mem0Server from "./Mem0Server.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"

/** An answer does not wait longer than this for its memories. */
const searching = "5 seconds"

/** Making memories of one turn takes no longer. */
const adding = "2 minutes"

/** Turns that wait to become memories; more of them are left out. */
const longestLine = 8

export interface Services {
  readonly http: Undici.Dispatcher
  /** The settings whose server has been told of them. */
  readonly configured: WeakSet<object>
  /** Opens the agent that answers: a language model with a memory of the conversation. */
  readonly mind: (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope>
}

/**
 * `mem0_agent`: a language model whose long-term memory is a mem0 server. What the person says is searched for before
 * the answer; afterwards both become memories, in the background. It is mem0's server and not its library, which brings
 * a database of its own into this process and 70 MB into the installation.
 */
export const open = Effect.fn("Mem0Agent.open")(function* (
  { configured, http, mind }: Services,
  config: Mem0AgentConfig,
  options: AgentOptions
) {
  const { character } = options
  const scope = yield* Effect.scope
  const chat = yield* chatConfig(config)
  const agent = yield* mind({ ...options, character: { ...character, agent_config: chat } })
  const server = Mem0Server.make(RemoteAnswer.fetchOver(http), config)
  const describe = AgentFailure.describe({
    agent: "mem0_agent",
    address: config.host,
    secrets: [...(config.api_key === undefined ? [] : [config.api_key]), ...Mem0Llm.secretsIn(config)],
    addressKeys: "host",
    secretKeys: "api_key",
    unknown: {
      detail: "has no memories: it is no mem0 server",
      advice: "Correct agent_settings.mem0_agent.host."
    }
  })
  /** Once for all sessions of a character, and once more after a failure: the server may have started anew. */
  const configure = Effect.suspend(() =>
    configured.has(config)
      ? Effect.void
      : Effect.tap(server.configure, () => Effect.sync(() => configured.add(config)))
  )
  yield* configure.pipe(
    Effect.timeout("30 seconds"),
    Effect.catchAll((failure) => {
      if (failure._tag === "TimeoutException")
        return unavailable("its server does not answer", "Look whether that server is overloaded.")
      const { advice, detail } = describe(failure)
      return unavailable(detail, advice)
    })
  )

  /** A person whom the client has named has memories of their own. */
  const ownerOf = ({ from }: AgentInput): Mem0Server.Owner => ({
    user_id: from === character.human_name ? (config.user_id ?? from) : from,
    agent_id: character.conf_uid
  })
  const recall = (input: AgentInput) =>
    Effect.zipRight(configure, server.search(input.text, ownerOf(input))).pipe(
      Effect.mapError(describe),
      Effect.timeout(searching),
      Effect.catchAll((failure) => {
        configured.delete(config)
        return Effect.as(Effect.logWarning(`answering without memories: ${failure.message}`), [])
      })
    )

  const turns = yield* Effect.makeSemaphore(1)
  let waiting = 0
  const remember = (input: AgentInput, answer: string) =>
    Effect.suspend(() => {
      if (input.text === "" || answer === "") return Effect.void
      if (waiting >= longestLine) return Effect.logWarning("mem0_agent is behind: a turn becomes no memory")
      waiting++
      return server
        .add(
          [
            { role: "user", content: input.text },
            { role: "assistant", content: answer }
          ],
          ownerOf(input)
        )
        .pipe(
          Effect.mapError(describe),
          Effect.timeout(adding),
          turns.withPermits(1),
          Effect.catchAll((failure) => Effect.logWarning(`a turn becomes no memory: ${failure.message}`)),
          Effect.ensuring(Effect.sync(() => waiting--)),
          // It is begun where nothing can be interrupted: at the end of the answer.
          Effect.interruptible,
          Effect.forkIn(scope)
        )
    })

  const reply = (input: AgentInput) => {
    let answer = ""
    return Stream.unwrap(
      Effect.map(recall(input), (memories) =>
        agent.reply({ ...input, recalled: [...(input.recalled ?? []), ...memories] })
      )
    ).pipe(
      Stream.tap((event) =>
        Effect.sync(() => {
          if (event._tag === "Text") answer += event.text
        })
      ),
      // An answer that was interrupted is remembered as far as it had come.
      Stream.ensuring(Effect.suspend(() => remember(input, answer)))
    )
  }
  return { ...agent, reply }
})

const unavailable = (reason: string, advice: string) =>
  new EngineUnavailable({ kind: "agent", engine: "mem0_agent", reason, advice })

/** The model that mem0 is configured with answers, too. */
const chatConfig = ({ llm }: Mem0AgentConfig) =>
  Option.match(Mem0Llm.agentConfigOf(llm), {
    onSome: Effect.succeed,
    onNone: () =>
      Mem0Llm.known.includes(llm.provider)
        ? unavailable(
            "its llm section is not complete",
            "Set model, and api_key where the provider asks for one, in agent_settings.mem0_agent.llm.config."
          )
        : unavailable(
            "the character cannot answer by its llm provider",
            `Set agent_settings.mem0_agent.llm.provider to one of ${Mem0Llm.known.join(", ")}.`
          )
  })
