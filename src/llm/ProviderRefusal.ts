import { Option, Schema } from "effect"
import * as ErrorCode from "../models/ErrorCode.ts"

/** Why a provider did not answer, in whichever shape the AI SDK or the provider says it. */
export interface ProviderRefusal {
  /** Of HTTP, or what the provider calls the same in the midst of an answer. Absent: there was no answer at all. */
  readonly status?: number
  /** Node's name for a failed connection, such as `ECONNREFUSED`. */
  readonly code?: string
  /** What the provider says, as `Quotation.quote` takes it. */
  readonly said: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** What the AI SDK throws for a failed call; a connection that was not made has no status. */
interface CallError {
  readonly statusCode?: number
  readonly responseBody?: string
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

const asCallError = (error: unknown): CallError | undefined =>
  error instanceof Error && error.name === "AI_APICallError" ? (error as Error & CallError) : undefined

/** An error as providers write it into their answers: OpenAI's, Anthropic's, OpenRouter's. */
const Reported = Schema.Struct({
  message: Schema.String,
  type: Schema.optionalWith(Schema.NullishOr(Schema.String), {}),
  code: Schema.optionalWith(Schema.NullishOr(Schema.Union(Schema.String, Schema.Number)), {})
})
const asReported = Schema.decodeUnknownOption(Reported)

/** Types of errors that have a status of HTTP elsewhere. */
const statuses: Readonly<Record<string, number>> = {
  overloaded_error: 529,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  invalid_request_error: 400,
  server_error: 500,
  api_error: 500
}

const statusOf = ({ code, type }: typeof Reported.Type): number | undefined => {
  const number = Number(code)
  if (Number.isInteger(number) && number >= 400 && number < 600) return number
  return statuses[type ?? ""] ?? statuses[String(code)]
}

/** Gemini puts its errors into a list, Mistral and Anthropic's streams have no `error` around them. */
const bodyOf = (text: string): unknown => {
  const parsed = Option.getOrUndefined(Option.liftThrowable(JSON.parse)(text)) as unknown
  const body: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  return Option.match(asReported(body), {
    onSome: (error) => ({ error }),
    onNone: () => (Array.isArray(parsed) ? body : text)
  })
}

/** Undefined for what is no word of the provider: the request could not be made, or the answer makes no sense. */
export const of = (cause: unknown): ProviderRefusal | undefined => {
  const call = asCallError(cause)
  if (call === undefined) {
    const reported = Option.getOrUndefined(asReported(cause))
    if (reported === undefined || cause instanceof Error) return undefined
    const status = statusOf(reported)
    return { ...(status === undefined ? {} : { status }), said: { error: reported }, headers: {} }
  }
  const code = ErrorCode.of(call.cause)
  return {
    ...(call.statusCode === undefined ? {} : { status: call.statusCode }),
    ...(code === undefined ? {} : { code }),
    said: bodyOf(call.responseBody ?? ""),
    headers: call.responseHeaders ?? {}
  }
}

/** How servers say that a model, or they themselves, take no tools. */
const refusesTools =
  /(tool|function).{0,40}(not support|unsupported|not available|not enabled|requires)|(not support|unsupported|no endpoints).{0,60}(tool|function)|enable-auto-tool-choice/i

/** Whether it says that the model takes no tools. */
export const isOfTools = ({ said, status = 400 }: ProviderRefusal): boolean =>
  [400, 404, 422, 500, 501].includes(status) && refusesTools.test(textOf(said))

const textOf = (said: unknown) => (typeof said === "string" ? said : JSON.stringify(said))

/** Whether it says that the same request will be refused again, whatever its status. */
export const isLasting = (refusal: ProviderRefusal): boolean =>
  isOfTools(refusal) || (!saysWhen(refusal) && lasting.test(textOf(refusal.said)))

const lasting =
  /insufficient.{0,20}(quota|credit|balance|fund|memory)|quota|balance|billing|system memory|out of memory|余额/i

/** Whether it says when to come again. Gemini says it in its body, and speaks of quota and billing also where a minute's limit is meant. */
export const saysWhen = ({ headers, said }: ProviderRefusal): boolean =>
  headers["retry-after"] !== undefined ||
  headers["retry-after-ms"] !== undefined ||
  pauseInBody.test(textOf(said))

const pauseInBody = /retry in (?<seconds>[\d.]+) ?s|"retryDelay":\s*"(?<delay>[\d.]+)s"/i

/** The pause that the body names, in seconds. */
export const pauseOf = ({ said }: ProviderRefusal): string | undefined => {
  const { delay, seconds } = pauseInBody.exec(textOf(said))?.groups ?? {}
  return delay ?? seconds
}
