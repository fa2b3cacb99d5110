import { FileSystem } from "@effect/platform"
import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest, NodeStream } from "@effect/platform-node"
import { Effect, Schema, Sink, Stream } from "effect"
import type { Duration } from "effect"

/** The upload cannot be had. */
export class UploadFailed extends Schema.TaggedError<UploadFailed>()("UploadFailed", {
  reason: Schema.Literal("too-large", "too-slow", "broken", "not-stored"),
  cause: Schema.optional(Schema.Defect)
}) {}

const brokenBy = (cause: unknown) => new UploadFailed({ reason: "broken", cause })
const notStoredBy = (cause: unknown) => new UploadFailed({ reason: "not-stored", cause })

/**
 * Writes a request's body to the file `to`, as it comes, as long as it has at most `maxBody` bytes and no longer than
 * `pause` passes without one.
 */
export const store = Effect.fn("Upload.store")(function* (
  request: HttpServerRequest.HttpServerRequest,
  {
    maxBody,
    pause,
    to
  }: { readonly maxBody: number; readonly pause: Duration.DurationInput; readonly to: string }
) {
  const fs = yield* FileSystem.FileSystem
  const tooLarge = new UploadFailed({ reason: "too-large" })
  if (Number(request.headers["content-length"]) > maxBody) return yield* tooLarge
  let size = 0
  const body = NodeStream.fromReadable<UploadFailed, Uint8Array>(
    () => NodeHttpServerRequest.toIncomingMessage(request),
    brokenBy,
    // The answer takes the same way as the request, which may have to be given up in the middle.
    { closeOnDone: false }
  )
  yield* body.pipe(
    Stream.timeoutFail(() => new UploadFailed({ reason: "too-slow" }), pause),
    Stream.mapEffect((chunk) => {
      size += chunk.byteLength
      return size > maxBody ? tooLarge : Effect.succeed(chunk)
    }),
    Stream.run(Sink.mapError(fs.sink(to), notStoredBy))
  )
})

/** Lets pass what has not been read: a client that still sends would not see the answer. */
export const letPass = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => void NodeHttpServerRequest.toIncomingMessage(request).resume())
