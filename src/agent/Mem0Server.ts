import { createHash } from "node:crypto"
import { Effect, Redacted, Schema } from "effect"
import type { Mem0AgentConfig } from "../config/RemoteAgentConfig.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteAnswer from "./RemoteAnswer.ts"
import { say } from "../language/Text.ts"

/** How many memories a turn is given. */
const recalled = 8

/** What is searched for or added is known to the server as of this agent and this person. */
export interface Owner {
  readonly user_id: string
  readonly agent_id: string
}

export interface Said {
  readonly role: "user" | "assistant"
  readonly content: string
}

/** mem0's own REST server. */
export interface Mem0Server {
  /** Tells it which stores and models to use. */
  readonly configure: Effect.Effect<void, RemoteFailure.RemoteFailure>
  /** What is known that may matter for that text, a sentence each. */
  readonly search: (
    text: string,
    owner: Owner
  ) => Effect.Effect<ReadonlyArray<string>, RemoteFailure.RemoteFailure>
  /** Has it make memories of what was said; its model takes seconds for that. */
  readonly add: (
    messages: ReadonlyArray<Said>,
    owner: Owner
  ) => Effect.Effect<void, RemoteFailure.RemoteFailure>
}

const Memory = Schema.Struct({ memory: Schema.String })
const Found = Schema.Union(Schema.Struct({ results: Schema.Array(Memory) }), Schema.Array(Memory))
const decodeFound = Schema.decodeUnknown(Found)

/** Equal for equal settings. */
export const digestOf = ({ embedder, llm, vector_store }: Mem0AgentConfig): string =>
  createHash("sha256").update(JSON.stringify({ vector_store, llm, embedder })).digest("hex")

/** Whether the server may have started anew since it was configured: it was away, or says so. */
export const mayHaveForgotten = (failure: RemoteFailure.RemoteFailure): boolean => {
  if (failure._tag === "Unanswered") return failure.reason === "no-connection"
  if (failure._tag !== "Refused") return false
  return failure.status >= 500 || /not (?:been )?(?:configured|initiali[sz]ed)/i.test(failure.said)
}

export const make = (http: typeof fetch, config: Mem0AgentConfig): Mem0Server => {
  const address = config.host.replace(/\/+$/, "")

  const post = (path: string, body: object) =>
    Effect.tryPromise({
      try: async (signal): Promise<unknown> => {
        const response = await http(`${address}${path}`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...(config.api_key === undefined ? {} : { "x-api-key": Redacted.value(config.api_key) })
          },
          body: JSON.stringify(body),
          signal
        })
        return (await RemoteAnswer.accepted(response)).json()
      },
      catch: (cause) => (cause instanceof SyntaxError ? unreadable : RemoteFailure.ofConnection(cause))
    })

  const { embedder, llm, vector_store } = config
  return {
    configure: Effect.asVoid(RemoteFailure.retried(post("/configure", { vector_store, llm, embedder }))),
    search: (text, owner) =>
      post("/search", { query: text, ...owner, filters: owner, top_k: recalled }).pipe(
        Effect.flatMap((found) => Effect.mapError(decodeFound(found), () => unreadable)),
        Effect.map((found) => ("results" in found ? found.results : found)),
        Effect.map((found) => found.slice(0, recalled).map(({ memory }) => memory))
      ),
    add: (messages, owner) => Effect.asVoid(post("/memories", { messages, ...owner }))
  }
}

const unreadable = new RemoteFailure.Unanswered({
  reason: "unreadable",
  detail: say("agent.sentNoMem0")
})
