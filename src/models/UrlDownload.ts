import { HttpClient, HttpClientRequest } from "@effect/platform"
import type { HttpClientError, HttpClientResponse } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Agent, EnvHttpProxyAgent } from "@effect/platform-node/Undici"
import { Duration, Effect, Layer, Schedule, Stream } from "effect"
import * as ErrorCode from "./ErrorCode.ts"
import { SourceFailed } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

export interface Patience {
  /** Until a connection stands. */
  readonly connect: Duration.DurationInput
  /** Until an answer begins, and between two pieces of it. */
  readonly stall: Duration.DurationInput
  /** Until pip, which says nothing of itself, has written more. */
  readonly idle: Duration.DurationInput
}

/** An HTTP client that gives up on a silent network, and goes through a proxy where the environment names one. */
export const client = ({ connect }: Patience): Layer.Layer<HttpClient.HttpClient> =>
  NodeHttpClient.layerUndiciWithoutDispatcher.pipe(
    Layer.provide(
      Layer.scoped(
        NodeHttpClient.Dispatcher,
        Effect.acquireRelease(
          Effect.sync(() => {
            const options = { connect: { timeout: Duration.toMillis(connect) } }
            const proxied = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some(
              (name) => (process.env[name] ?? "") !== ""
            )
            return proxied ? new EnvHttpProxyAgent(options) : new Agent(options)
          }),
          (dispatcher) => Effect.promise(() => dispatcher.destroy())
        )
      )
    )
  )

const unreachable = (cause: HttpClientError.HttpClientError) =>
  new SourceFailed({
    kind: "unreachable",
    reason: say("models.unreachable", ErrorCode.of(cause) ?? cause.reason),
    cause
  })

/** What is left of the answer's body is of no use: frees its connection. It may never come. */
const dismiss = (response: HttpClientResponse.HttpClientResponse, { stall }: Patience) =>
  response.stream.pipe(
    Stream.take(1),
    Stream.runDrain,
    Effect.disconnect,
    Effect.timeout(stall),
    Effect.ignore
  )

/** Where the bytes of an answer belong, or why they are of no use. */
const placeOf = (
  response: HttpClientResponse.HttpClientResponse,
  target: PartFile.Target,
  held: PartFile.Held
): Effect.Effect<PartFile.Held, SourceFailed> => {
  const refused = (reason: Words) => new SourceFailed({ kind: "refused", reason })
  if (response.status === 200) {
    const length = response.headers["content-length"]
    return length === undefined || Number(length) === target.size
      ? Effect.succeed(PartFile.nothing())
      : Effect.fail(refused(say("models.otherSize", length, target.size)))
  }
  if (response.status === 206) {
    const range = response.headers["content-range"]
    return range === `bytes ${held.bytes}-${target.size - 1}/${target.size}`
      ? Effect.succeed(held)
      : Effect.fail(refused(say("models.otherPart", String(range))))
  }
  return Effect.fail(refused(say("models.status", response.status)))
}

/** What people call the address. */
export const nameOf = (url: string): string => new URL(url).host

const attempt = Effect.fn("UrlDownload.attempt")(function* (
  url: string,
  target: PartFile.Target,
  patience: Patience
) {
  const silent = (kind: SourceFailed["kind"]) => () =>
    new SourceFailed({ kind, reason: say("models.nothingFor", Duration.format(patience.stall)) })
  const held = yield* PartFile.reopen(target)
  if (held.bytes === target.size) return yield* PartFile.complete(target, held, "verifying", Stream.empty)

  // The addresses of models are other people's: they get nothing of our traces.
  const client = (yield* HttpClient.HttpClient).pipe(
    HttpClient.followRedirects(10),
    HttpClient.withTracerPropagation(false)
  )
  const request = HttpClientRequest.get(url)
  const response = yield* client
    .execute(held.bytes > 0 ? HttpClientRequest.setHeader(request, "range", `bytes=${held.bytes}-`) : request)
    .pipe(
      Effect.mapError(unreachable),
      Effect.timeoutFail({ duration: patience.stall, onTimeout: silent("unreachable") })
    )
  const place = yield* placeOf(response, target, held).pipe(
    Effect.tapError(() => dismiss(response, patience))
  )
  const bytes = response.stream.pipe(
    Stream.mapError(
      (cause) =>
        new SourceFailed({
          kind: "broken-off",
          reason: say("models.brokeOff", ErrorCode.of(cause) ?? cause.reason),
          cause
        })
    ),
    Stream.timeoutFail(silent("broken-off"), patience.stall)
  )
  yield* PartFile.complete(target, place, "downloading", bytes)
})

/**
 * Downloads a file, going on from what an earlier attempt left. A download that breaks off is taken up again
 * as long as every attempt brings it further.
 */
export const fetch = Effect.fn("UrlDownload.fetch")(
  (url: string, target: PartFile.Target, patience: Patience) =>
    attempt(url, target, patience).pipe(
      Effect.tapError((error) => Effect.logDebug(`${nameOf(url)}: ${error.message}`)),
      Effect.retry({
        while: (error) => error.kind === "broken-off",
        schedule: Schedule.spaced("500 millis").pipe(Schedule.intersect(Schedule.recurs(20)))
      })
    )
)
