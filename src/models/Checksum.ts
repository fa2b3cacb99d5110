import { createHash } from "node:crypto"
import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"

/** SHA-256 of a file, in hexadecimal. */
export const ofFile = Effect.fn("Checksum.ofFile")(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const hash = createHash("sha256")
  yield* Stream.runForEach(fs.stream(file, { chunkSize: 256 * 1024 }), (chunk) =>
    Effect.sync(() => hash.update(chunk))
  )
  return hash.digest("hex")
})
