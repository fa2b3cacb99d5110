import { FileSystem } from "@effect/platform"
import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest, NodeStream } from "@effect/platform-node"
import { Effect, Schema, Sink, Stream } from "effect"

/** The upload cannot be had. */
export class UploadFailed extends Schema.TaggedError<UploadFailed>()("UploadFailed", {
  reason: Schema.Literal("too-large", "broken", "no-file", "not-stored"),
  cause: Schema.optional(Schema.Defect)
}) {}

const brokenBy = (cause: unknown) => new UploadFailed({ reason: "broken", cause })
const notStoredBy = (cause: unknown) => new UploadFailed({ reason: "not-stored", cause })

/** Writes a request's body to the file `to`, as it comes, as long as it has at most `maxBody` bytes. */
export const store = Effect.fn("Upload.store")(function* (
  request: HttpServerRequest.HttpServerRequest,
  { maxBody, to }: { readonly maxBody: number; readonly to: string }
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
    Stream.mapEffect((chunk) => {
      size += chunk.byteLength
      return size > maxBody ? tooLarge : Effect.succeed(chunk)
    }),
    Stream.run(Sink.mapError(fs.sink(to), notStoredBy))
  )
})

/**
 * The first file of a field of `multipart/form-data`. The parser is that of Node's own `fetch`: it takes the whole body,
 * and fails on whatever is broken, where others wait for what never comes or end the process.
 */
export const fileOf = Effect.fn("Upload.fileOf")(function* (
  body: Uint8Array,
  contentType: string,
  field: string
) {
  const form = yield* Effect.tryPromise({
    try: () => new Response(body, { headers: { "Content-Type": contentType } }).formData(),
    catch: brokenBy
  })
  const file = form.get(field)
  if (file === null || typeof file === "string") return yield* new UploadFailed({ reason: "no-file" })
  return new Uint8Array(yield* Effect.tryPromise({ try: () => file.arrayBuffer(), catch: brokenBy }))
})

/** Lets pass what has not been read: a client that still sends would not see the answer. */
export const letPass = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => void NodeHttpServerRequest.toIncomingMessage(request).resume())
