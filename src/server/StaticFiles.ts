import { FileSystem, HttpRouter, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Option } from "effect"
import type { Stats } from "node:fs"
import type { IncomingMessage } from "node:http"
import { basename, extname, join, relative, sep } from "node:path"
import { finished } from "node:stream"
import { fileURLToPath } from "node:url"
import send from "send"
import * as Language from "../language/Language.ts"
import { inLanguage, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import * as PublicName from "./PublicName.ts"
import * as Representation from "./Representation.ts"

/** A folder whose files anybody may read, and what is said with each of them. */
interface PublicFolder {
  readonly path: string
  /** Endings to be served, in lower case with the dot; all if undefined. */
  readonly only?: ReadonlySet<string>
  readonly headers: Readonly<Record<string, string>>
}

/** Where a request leads, and in which language it is answered if that is nowhere. */
interface Place extends PublicFolder {
  readonly language: Language.Language
}

/** Types that the library does not know. */
const types = new Map([
  [".vrm", "model/gltf-binary"],
  [".vrma", "model/gltf-binary"]
])

const images = new Set([".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"])

/** Models and pictures are loaded by pages of other origins, but never as pages: a script in an SVG stays dead. */
export const assetHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  "X-Content-Type-Options": "nosniff"
}

const pageHeaders = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' data:",
    "connect-src 'self' ws: wss:",
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff"
}

const page: PublicFolder = {
  path: fileURLToPath(new URL("../../web", import.meta.url)),
  headers: pageHeaders
}

/** Paths of our pages, and their files. */
const pages = new Map([
  ["/", "index.html"],
  ["/web-tool", "web-tool.html"]
])

const assetsOf = (folder: string): ReadonlyMap<string, PublicFolder> =>
  new Map([
    ["live2d-models", { path: join(folder, "live2d-models"), headers: assetHeaders }],
    ["bg", { path: join(folder, "backgrounds"), headers: assetHeaders }],
    ["avatars", { path: join(folder, "avatars"), only: images, headers: assetHeaders }],
    ["cache", { path: join(folder, "cache"), headers: assetHeaders }]
  ])

/**
 * Serves `/live2d-models/*`, `/bg/*` (the folder `backgrounds`), `/avatars/*` (images only) and `/cache/*` from
 * `folder`, the one that holds the configuration, and our own page at everything else. Routes that name their
 * path take precedence when routers are joined. For `NodeHttpServer` only.
 */
export const router = (options: { readonly folder: string; readonly language: Language.Choice }) => {
  const assets = assetsOf(options.folder)
  return HttpRouter.empty.pipe(HttpRouter.all("/*", serve(assets, options.language)))
}

const serve = Effect.fn("StaticFiles.serve")(function* (
  assets: ReadonlyMap<string, PublicFolder>,
  choice: Language.Choice
) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const language = Language.of(choice, request.headers["accept-language"])
  const segments = segmentsOf(request.url)
  const asset = assets.get(segments?.[0] ?? "")
  const place: Place = { ...(asset ?? page), language }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plain(405, say("server.methodNotAllowed"), place, { Allow: "GET, HEAD" })
  }
  const names = asset === undefined ? segments : segments?.slice(1)
  const file = yield* Option.match(Option.fromNullable(names), {
    onNone: () => Effect.succeedNone,
    onSome: (names) => find(place, names, NodeHttpServerRequest.toIncomingMessage(request))
  })
  return Option.isNone(file) ? notFound(place) : yield* transfer(request, place, file.value)
})

/**
 * The decoded names of a request's path, or undefined if one of them is not public. `/` and `/web-tool` are pages. A
 * target may be a whole URL, which is what a proxy is sent.
 */
const segmentsOf = (url: string): ReadonlyArray<string> | undefined => {
  const path = url.replace(/^https?:\/\/[^/?]*/iu, "").split("?", 1)[0]!
  const own = pages.get(path === "" ? "/" : path)
  if (own !== undefined) return [own]
  if (!path.startsWith("/")) return undefined
  const decoded = Option.all(path.slice(1).split("/").map(Option.liftThrowable(decodeURIComponent)))
  return Option.getOrUndefined(Option.filter(decoded, (names) => names.every(PublicName.isPublic)))
}

const hasEnding = (name: string, endings: ReadonlySet<string>) => endings.has(extname(name).toLowerCase())

interface FoundFile extends Representation.Representation {
  /** The folder's real path. */
  readonly root: string
  readonly type: string | undefined
  /** The file's own name, whose ending says its type. */
  readonly name: string
}

/** Follows links and sees that the file is still inside the folder. */
const find = Effect.fnUntraced(
  function* (folder: PublicFolder, names: ReadonlyArray<string>, request: IncomingMessage) {
    const files = yield* FileSystem.FileSystem
    const root = yield* files.realPath(folder.path)
    const file = yield* files.realPath(join(root, ...names))
    const served =
      relative(root, file).split(sep).every(PublicName.isPublic) &&
      (folder.only === undefined || (hasEnding(names.at(-1)!, folder.only) && hasEnding(file, folder.only)))
    if (!served) return Option.none<FoundFile>()
    const chosen = yield* Representation.choose(file, request)
    return Option.map(chosen, (chosen): FoundFile => ({
      ...chosen,
      root,
      type: types.get(extname(file).toLowerCase()),
      name: basename(file)
    }))
  },
  // Whatever keeps the file from being found, the client only learns that there is none.
  Effect.catchAll(() => Effect.succeedNone)
)

/**
 * Another one for each content and each encoding of it, so that parts of two are never put together. By the time of the
 * change of the file here: an installed package has the same time of modification in all its versions.
 */
const etagOf = ({ ctimeMs, size }: Stats, encoding: string | undefined) =>
  `"${size.toString(16)}-${Math.round(ctimeMs * 1000).toString(16)}${encoding === undefined ? "" : `-${encoding}`}"`

interface SendError {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Streams the file; interruption (the client has left) closes it. */
const transfer = (request: HttpServerRequest.HttpServerRequest, place: Place, file: FoundFile) =>
  Effect.async<HttpServerResponse.HttpServerResponse>((resume) => {
    const response = NodeHttpServerRequest.toServerResponse(request)
    const path = relative(file.root, file.path).split(sep).map(encodeURIComponent).join("/")
    const incoming = NodeHttpServerRequest.toIncomingMessage(request)
    const stream = send(incoming, path, {
      root: file.root,
      dotfiles: "deny",
      index: false
    })
    stream.on("file", (_path: string, { size }: Stats) => {
      // The end of a file that is longer than the file is all of it; the library refuses that.
      const end = /^ *bytes=-(\d+) *$/u.exec(incoming.headers.range ?? "")?.[1]
      if (end !== undefined && Number(end) > size) incoming.headers.range = "bytes=0-"
    })
    stream.on("headers", (_response: unknown, _path: string, stats: Stats) => {
      for (const [name, value] of Object.entries(place.headers)) response.setHeader(name, value)
      if (file.type !== undefined) response.setHeader("Content-Type", file.type)
      stream.type(file.name)
      response.setHeader("ETag", etagOf(stats, file.encoding))
      if (file.varies) response.setHeader("Vary", "Accept-Encoding")
      if (file.encoding !== undefined) response.setHeader("Content-Encoding", file.encoding)
    })
    stream.on("directory", () => resume(Effect.succeed(notFound(place))))
    stream.on("error", (error: SendError) => {
      if (response.headersSent) return void response.destroy()
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      resume(
        Effect.succeed(
          error.status === 416 || error.status === 412
            ? plain(
                error.status,
                error.status === 416 ? say("server.rangeNotSatisfiable") : say("server.preconditionFailed"),
                place,
                error.headers
              )
            : notFound(place)
        )
      )
    })
    // The server leaves a response alone that has already ended.
    finished(response, (error) =>
      resume(
        error ? Effect.interrupt : Effect.succeed(HttpServerResponse.empty({ status: response.statusCode }))
      )
    )
    stream.pipe(response)
    return Effect.sync(() => response.destroy())
  })

const plain = (status: number, text: Text, place: Place, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.text(`${inLanguage(text, place.language)}\n`, {
    status,
    headers: { ...place.headers, Vary: "Accept-Language", ...headers }
  })

const notFound = (place: Place) => plain(404, say("server.notFound"), place)
