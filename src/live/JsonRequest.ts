import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Schema } from "effect"
import type { Context } from "effect"
import * as BoundedBody from "../engine/BoundedBody.ts"
import * as ErrorCode from "../models/ErrorCode.ts"
import { failed } from "./BridgeFailed.ts"
import type { Place } from "./BridgeFailed.ts"

export type Http = Context.Tag.Service<typeof HttpClient.HttpClient>

/** Of an answer, in bytes. The page of a video with its chat has about 1 MiB. */
const longestAnswer = 8 * 1024 * 1024

const patience = "20 seconds"

/** Asks a platform's server for JSON of a certain shape. */
export const ask = Effect.fnUntraced(
  function* <A, I>(
    http: Http,
    place: Place,
    request: HttpClientRequest.HttpClientRequest,
    shape: Schema.Schema<A, I>
  ) {
    const broken = (cause: unknown) => failed(place, "no-connection", ErrorCode.of(cause) ?? "")
    const response = yield* Effect.mapError(http.execute(request), broken)
    const { status } = response
    if (status < 200 || status >= 300) return yield* failed(place, "no-connection", `status ${status}`)
    const body = yield* Effect.mapError(BoundedBody.text(response, longestAnswer), broken)
    return yield* Effect.mapError(Schema.decodeUnknown(Schema.parseJson(shape))(body), () =>
      failed(place, "unreadable")
    )
  },
  (asked, _http, place) =>
    Effect.timeoutFail(Effect.scoped(asked), {
      duration: patience,
      onTimeout: () => failed(place, "no-connection", "too slow")
    })
)
