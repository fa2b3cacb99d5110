import { FileSystem, Path } from "@effect/platform"
import { NodeStream } from "@effect/platform-node"
import { Effect, Stream } from "effect"
import type { Scope } from "effect"
import * as Zip from "yauzl"
import { SourceFailed } from "./ModelUnavailable.ts"
import * as PartFile from "./PartFile.ts"
import type { Report } from "./Progress.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const refused = (reason: Words) => (cause?: unknown) => new SourceFailed({ kind: "refused", reason, cause })

const unreadable = refused(say("models.notUnpacked"))
const lacking = refused(say("models.packageLacks"))

const open = (file: string): Effect.Effect<Zip.ZipFile, SourceFailed, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => Zip.openPromise(file, { lazyEntries: true, autoClose: false }),
      catch: unreadable
    }),
    (zip) => Effect.sync(() => zip.close())
  )

/** The library refuses names that would lead out of a folder. */
const entriesOf = (zip: Zip.ZipFile) => Stream.fromAsyncIterable(zip.eachEntry(), unreadable)

const contentOf = (zip: Zip.ZipFile, entry: Zip.Entry): Stream.Stream<Uint8Array, SourceFailed> =>
  Stream.unwrap(
    Effect.tryPromise({ try: () => zip.openReadStreamPromise(entry), catch: unreadable }).pipe(
      Effect.map((content) => NodeStream.fromReadable<SourceFailed, Uint8Array>(() => content, unreadable))
    )
  )

/** The bytes of one member of a zip file. */
export const member = (file: string, name: string): Stream.Stream<Uint8Array, SourceFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const zip = yield* open(file)
      const entry = yield* entriesOf(zip).pipe(
        Stream.filter((entry) => entry.fileName === name),
        Stream.runHead,
        Effect.flatten,
        Effect.catchTag("NoSuchElementException", () => Effect.fail(lacking()))
      )
      return contentOf(zip, entry)
    })
  )

/**
 * Unpacks all that lies below `prefix` (it ends with `/`) into the new folder `target`; `total` bytes are expected.
 */
export const folder = Effect.fn("ZipFile.folder")(function* (
  file: string,
  prefix: string,
  target: string,
  total: number,
  report: Report
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  let received = 0
  const unwritable = (cause: unknown) => PartFile.unwritable(cause, total - received)
  const zip = yield* open(file)
  const unpack = Effect.fnUntraced(function* (entry: Zip.Entry) {
    const place = path.join(target, entry.fileName.slice(prefix.length))
    yield* Effect.mapError(fs.makeDirectory(path.dirname(place), { recursive: true }), unwritable)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const out = yield* Effect.mapError(fs.open(place, { flag: "wx" }), unwritable)
        yield* Stream.runForEach(contentOf(zip, entry), (chunk) => {
          received += chunk.length
          return Effect.zipRight(
            Effect.mapError(out.writeAll(chunk), unwritable),
            report("unpacking", received, total)
          )
        })
      })
    )
  })
  yield* entriesOf(zip).pipe(
    Stream.filter(({ fileName }) => fileName.startsWith(prefix) && !fileName.endsWith("/")),
    Stream.runForEach(unpack)
  )
  if (received !== total) return yield* lacking()
}, Effect.scoped)
