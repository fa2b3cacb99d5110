import { Effect, Schema } from "effect"

/** A whole body of `multipart/form-data` and the field that is to hold a file. */
export interface Form {
  readonly body: Uint8Array
  /** The request's `Content-Type`, with the boundary. */
  readonly contentType: string
  readonly field: string
}

/** There is no file to be had from a form. */
export class NoFormFile extends Schema.TaggedError<NoFormFile>()("NoFormFile", {
  reason: Schema.Literal("broken", "no-file", "empty"),
  cause: Schema.optional(Schema.Defect)
}) {}

const brokenBy = (cause: unknown) => new NoFormFile({ reason: "broken", cause })

/**
 * The first file of the field. The parser is that of Node's own `fetch`: it takes the whole body, and fails on whatever
 * is broken, where others wait for what never comes or end the process. Uses the CPU (64 MiB: 0.2 to 1 s): for worker
 * threads.
 */
export const read = Effect.fn("FormFile.read")(function* ({ body, contentType, field }: Form) {
  const form = yield* Effect.tryPromise({
    try: () => new Response(body, { headers: { "Content-Type": contentType } }).formData(),
    catch: brokenBy
  })
  const file = form.get(field)
  if (file === null || typeof file === "string") return yield* new NoFormFile({ reason: "no-file" })
  if (file.size === 0) return yield* new NoFormFile({ reason: "empty" })
  return new Uint8Array(yield* Effect.tryPromise({ try: () => file.arrayBuffer(), catch: brokenBy }))
})
