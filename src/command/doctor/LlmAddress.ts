import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Option, Redacted, Schema } from "effect"
import type { LlmProvider } from "../../config/AgentConfig.ts"
import type { LlmConfig } from "../../config/LlmConfig.ts"
import * as BoundedBody from "../../engine/BoundedBody.ts"
import * as RemoteFailure from "../../engine/RemoteFailure.ts"
import * as Report from "./Report.ts"
import { english } from "../../language/Text.ts"

/** What is asked of a provider that costs nothing: which models it has. */
interface Question {
  /** The configuration's name for it. */
  readonly provider: string
  readonly model: string
  /** For people: the address without what a URL may hold of secrets. */
  readonly host: string
  /** Whether the list is shown to anybody, whatever the key. */
  readonly isPublic?: boolean
}

/** What came back. */
export interface Answer {
  readonly status: number
  /** Where a redirect leads. */
  readonly location: string | undefined
  /** The ids of its models, if it said them. */
  readonly models: ReadonlyArray<string> | undefined
}

/** How OpenAI and Anthropic, and whoever follows them, list their models. */
const List = Schema.parseJson(Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) }))

/** Ids may have a folder before the name (Gemini) or a tag behind it (Ollama). */
const isModel = (model: string) => (id: string) =>
  id === model || id.endsWith(`/${model}`) || id === `${model}:latest`

/** What an answer means for the character. */
export const judge = (asked: Question, { location, models, status }: Answer): Report.Finding => {
  const { host, isPublic, model, provider } = asked
  const section = `llm_configs.${provider}`
  if (status === 401 || status === 403)
    return Report.broken(
      `${host} does not accept the key (status ${status})`,
      `Correct ${section}.llm_api_key.`
    )
  if (status >= 300 && status < 400 && location !== undefined)
    return Report.broken(
      `${host} sends requests on to ${hostOf(location)}`,
      `Set ${section}.base_url to that address.`
    )
  if (status >= 500)
    return Report.broken(
      `${host} answers with status ${status}`,
      "The fault is on its side: look at its log, or try again later."
    )
  if (status >= 300 || models === undefined)
    return Report.warning(
      `${host} answers, but does not say which models it has (status ${status}): key and model are not checked`,
      `If the character does not answer, check ${section} against what this server supports.`
    )
  return models.some(isModel(model))
    ? Report.ok(
        `${host} answers and has ${model}; no word was asked of it${isPublic === true ? ", and the key is not checked" : ""}`
      )
    : Report.warning(
        `${host} answers, but ${JSON.stringify(model)} is not in its list of models`,
        `Check ${section}.model.`
      )
}

const hostOf = (address: string): string => english(RemoteFailure.hostOf(address, "the configured base_url"))

/** The request that lists the models, and what is asked by it; `undefined` for what is no remote provider. */
const questionOf = (configs: LlmConfig, provider: LlmProvider) => {
  if (provider === "llama_cpp_llm") return undefined
  const config = configs[provider]
  if (config === undefined) return undefined
  const key = Redacted.value(config.llm_api_key)
  const address = addressOf(provider, config.base_url.replace(/\/+$/, ""))
  const isClaude = provider === "claude_llm"
  const base = isClaude && !address.endsWith("/v1") ? `${address}/v1` : address
  const headers: Record<string, string> = isClaude
    ? { "x-api-key": key, "anthropic-version": "2023-06-01" }
    : { authorization: `Bearer ${key}` }
  return {
    asked: {
      provider,
      model: config.model,
      host: hostOf(address),
      isPublic: provider === "openrouter_llm"
    } satisfies Question,
    request: HttpClientRequest.get(`${base}/models`, { headers })
  }
}

/** A template's prompt may go to an address of its own, beside which the list is. */
const addressOf = (provider: LlmProvider, address: string): string =>
  provider === "stateless_llm_with_template" ? address.replace(/\/completions?$/, "") : address

/** Bytes: the longest lists of models have some hundred kB. */
const longestList = 4 * 2 ** 20

/** Whether a remote provider answers, takes the key and has the model. It costs nothing: no word is asked of a model. */
export const check = Effect.fn("LlmAddress.check")(function* (configs: LlmConfig, provider: LlmProvider) {
  const question = questionOf(configs, provider)
  if (question === undefined) return undefined
  const { asked, request } = question
  const answer = yield* HttpClient.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(BoundedBody.text(response, longestList), (text = ""): Answer => ({
        status: response.status,
        location: response.headers["location"],
        models: Schema.decodeOption(List)(text).pipe(
          Option.map(({ data }) => data.map(({ id }) => id)),
          Option.getOrUndefined
        )
      }))
    ),
    Effect.scoped,
    Effect.timeoutOption("15 seconds"),
    Effect.option,
    Effect.map(Option.flatten)
  )
  return Option.match(answer, {
    onSome: (answer) => judge(asked, answer),
    onNone: () =>
      Report.broken(
        `no server answers at ${asked.host}`,
        `Start it, or correct llm_configs.${provider}.base_url.`
      )
  })
})
