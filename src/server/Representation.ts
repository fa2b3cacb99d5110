import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import type { IncomingMessage } from "node:http"
import Negotiator from "negotiator"

/** How a file may be compressed beside it, the smallest first, and by which ending. */
const endings = new Map([
  ["br", ".br"],
  ["gzip", ".gz"]
])

/** What is sent of a file. */
export interface Representation {
  /** The real path of what is read: the file's, or that of a compressed one beside it. */
  readonly path: string
  /** `Content-Encoding`; undefined for the file itself. */
  readonly encoding: string | undefined
  /** Whether there is more than one, so that caches have to look at `Accept-Encoding`. */
  readonly varies: boolean
}

/** The types know an older version of the library. */
interface Preferring {
  readonly encoding: (
    available: ReadonlyArray<string>,
    options: { readonly preferred: ReadonlyArray<string> }
  ) => string | undefined
}

/** Nothing, if `path` is not a regular file: reading a pipe would wait for its writer. */
const changedAt = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const { mtime, type } = yield* files.stat(path)
  return type === "File" ? Option.some(Option.getOrElse(mtime, () => new Date(0))) : Option.none()
})

/**
 * Chooses what to send of the file with this real path by the request's `Accept-Encoding`. Nothing is compressed here:
 * `x.js.br` and `x.js.gz` are what there is, if they are not older than `x.js` and no links.
 */
export const choose = Effect.fnUntraced(function* (path: string, request: IncomingMessage) {
  const changed = yield* changedAt(path)
  if (Option.isNone(changed)) return Option.none<Representation>()
  const available: Array<string> = []
  for (const [encoding, ending] of endings) {
    if (yield* isCompressed(path + ending, changed.value)) available.push(encoding)
  }
  const negotiator: Preferring = new Negotiator(request)
  const chosen =
    available.length === 0
      ? undefined
      : negotiator.encoding([...available, "identity"], { preferred: available })
  const ending = endings.get(chosen ?? "")
  return Option.some<Representation>({
    path: path + (ending ?? ""),
    encoding: ending === undefined ? undefined : chosen,
    varies: available.length > 0
  })
})

const isCompressed = Effect.fnUntraced(
  function* (path: string, changed: Date) {
    const at = yield* changedAt(path)
    if (Option.isNone(at) || at.value < changed) return false
    const files = yield* FileSystem.FileSystem
    return (yield* files.realPath(path)) === path
  },
  Effect.orElseSucceed(() => false)
)
