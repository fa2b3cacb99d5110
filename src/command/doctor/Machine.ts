import { createServer } from "node:net"
import { dirname } from "node:path"
import { Command, FileSystem, HttpClient } from "@effect/platform"
import { Effect, Either, Schema } from "effect"
import * as BoundedBody from "../../engine/BoundedBody.ts"
import * as Advice from "../../models/Advice.ts"
import * as ErrorCode from "../../models/ErrorCode.ts"
import * as ModelFetch from "../../models/ModelFetch.ts"
import * as Progress from "../../models/Progress.ts"
import * as Python from "../../models/Python.ts"
import { AddressUnavailable } from "../../server/HttpServer.ts"
import * as Report from "./Report.ts"

/** The oldest version that runs it: what package.json says. */
const oldestNode = { major: 20, minor: 19 }

/** `version`: such as `20.19.1`. */
export const node = (version: string): Report.Finding => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const { major: oldest, minor: oldestMinor } = oldestNode
  return major > oldest || (major === oldest && minor >= oldestMinor)
    ? Report.ok(version)
    : Report.broken(
        `${version} is too old`,
        `Install Node ${oldest}.${oldestMinor} or a later version from nodejs.org.`
      )
}

/** Listens for a moment; nobody can connect meanwhile that would be answered. */
const tryListening = (host: string, port: number): Effect.Effect<void, AddressUnavailable> =>
  Effect.async((resume) => {
    const server = createServer((socket) => socket.destroy())
    server.once("error", (error: NodeJS.ErrnoException) =>
      resume(new AddressUnavailable({ host, port, code: error.code ?? error.message }))
    )
    server.listen({ host, port }, () => server.close(() => resume(Effect.void)))
    return Effect.sync(() => void server.close())
  })

/** Of what `/status` answers, what only a seiyuu says. */
const Status = Schema.parseJson(
  Schema.Struct({
    sessions: Schema.NonNegativeInt,
    fibers: Schema.Record({ key: Schema.String, value: Schema.Number }),
    engines: Schema.Array(Schema.Unknown)
  })
)

/** Addresses that stand for all of this machine's, and the one by which it reaches itself. */
const own: Readonly<Record<string, string>> = {
  localhost: "127.0.0.1",
  "0.0.0.0": "127.0.0.1",
  "::": "::1"
}

/** Bytes that our own answer never has. */
const longestStatus = 2 ** 20

const isSeiyuu = (host: string, port: number) => {
  const address = own[host] ?? host
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}/status`
  return HttpClient.get(url).pipe(
    Effect.flatMap((response) => BoundedBody.text(response, longestStatus)),
    Effect.map((text = "") => text),
    Effect.flatMap(Schema.decode(Status)),
    Effect.scoped,
    Effect.timeout("3 seconds"),
    Effect.isSuccess
  )
}

/** Whether the server can listen where the configuration says. */
export const port = Effect.fn("Machine.port")(function* (host: string, port: number) {
  // As the server does: "localhost" is the addresses of two protocols, of which a machine may lack the second.
  const listening =
    host === "localhost"
      ? Effect.zipRight(
          tryListening("127.0.0.1", port),
          Effect.catchIf(
            tryListening("::1", port),
            ({ code }) => code !== "EADDRINUSE",
            () => Effect.void
          )
        )
      : tryListening(host, port)
  const failure = yield* Effect.flip(listening).pipe(Effect.option)
  if (failure._tag === "None")
    return Report.ok(
      port === 0 ? `the system chooses one of ${host}` : `port ${port} of ${host} is free to listen on`
    )
  const { code, message } = failure.value
  if (code === "EADDRINUSE" && (yield* isSeiyuu(host, port)))
    return Report.ok(
      `a seiyuu is running there (port ${port} of ${host})`,
      "Stop it before you start another one."
    )
  const end = message.indexOf(". ")
  return Report.broken(message.slice(0, end), message.slice(end + 2))
})

/** The folder itself, or the nearest one above it that is there. */
const nearest = (folder: string): Effect.Effect<string, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.if(
      Effect.orElseSucceed(fs.exists(folder), () => false),
      {
        onTrue: () => Effect.succeed(folder),
        onFalse: () => (dirname(folder) === folder ? Effect.succeed(folder) : nearest(dirname(folder)))
      }
    )
  )

/** Whether models can be put into the folder. `needed`: bytes that are still to be fetched. */
export const modelsFolder = Effect.fn("Machine.modelsFolder")(function* (folder: string, needed: number) {
  const fs = yield* FileSystem.FileSystem
  const mend = Advice.otherFolder
  const there = yield* nearest(folder)
  const info = yield* Effect.option(fs.stat(there))
  if (info._tag === "None" || info.value.type !== "Directory")
    return Report.broken(`${folder} cannot be made: ${there} is no folder`, mend)
  // The rights do not tell all: some file systems take no folders. It is tried with one that goes again at once.
  const tried = yield* fs
    .makeTempDirectoryScoped({ directory: there, prefix: ".seiyuu-" })
    .pipe(Effect.scoped, Effect.either)
  return Either.isRight(tried)
    ? disk(folder, yield* ModelFetch.freeSpace(there), needed)
    : Report.broken(
        `${folder}: nothing can be put into ${there} (${ErrorCode.of(tried.left) ?? tried.left.message})`,
        mend
      )
})

/** `free` and `needed` in bytes; `free` is infinite where the system does not say. */
export const disk = (folder: string, free: number, needed: number): Report.Finding => {
  const detail = Number.isFinite(free) ? `${folder}, ${Progress.readable(free)} free` : folder
  return free >= needed
    ? Report.ok(detail)
    : Report.warning(`${detail}, and ${Progress.readable(needed)} are to be fetched`, Advice.moreRoom)
}

/** Whether Python's pip can be run, under one of its usual names. */
export const pip = Effect.suspend(() => {
  const run = (python: string) =>
    Command.make(python, "-m", "pip", "--version").pipe(
      Command.stderr("pipe"),
      Command.exitCode,
      Effect.filterOrFail((code) => code === 0)
    )
  return Python.run(run)
}).pipe(
  Effect.match({
    onSuccess: () => Report.ok("can be run"),
    onFailure: () =>
      Report.missing(
        "models that are to be fetched come out of Python packages, and this machine has no Python with pip",
        `${Advice.python} Or choose models that come from elsewhere.`
      )
  }),
  Effect.withSpan("Machine.pip")
)
