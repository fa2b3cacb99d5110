import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { basename } from "node:path"
import { Duration, Effect, Exit, Schedule } from "effect"
import type { Scope } from "effect"
import * as ChildProcess from "../engine/ChildProcess.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { EngineKind } from "../engine/EngineUnavailable.ts"
import { Unanswered } from "../engine/RemoteFailure.ts"
import type { GroupLeader } from "../engine/GroupLeader.ts"
import * as GuardedProgram from "../engine/GuardedProgram.ts"
import * as HostPaths from "../engine/HostPaths.ts"
import * as ProcessGroup from "../engine/ProcessGroup.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import * as Link from "./Link.ts"
import * as Server from "./Server.ts"
import * as Tcp from "./Tcp.ts"

export interface Options {
  readonly kind: EngineKind
  /** The configuration's name for the engine, such as `faster_whisper`. */
  readonly engine: string
  /**
   * The program and its arguments. `{uri}` in an argument stands for the address that it is to listen at; without that it
   * is talked with over its standard input and output, one request at a time.
   */
  readonly command: ReadonlyArray<string>
  /** Working folder. */
  readonly folder: string
  /** What to do where there is no such program, a whole sentence. */
  readonly install: Words
  /** What to do when it does not start, a whole sentence. */
  readonly advice: Words
}

/** One process of a server, from its start to its end. */
export interface ServerLife {
  readonly child: GroupLeader
  readonly connect: Server.Server["connect"]
  readonly ended: Effect.Effect<void>
}

/** Stands in an argument for the address that the program is to listen at. */
export const uriMark = "{uri}"

/** How long it may take until it answers: it may have to fetch its model first, of some GB. */
export const startTime = Duration.minutes(15)

/** Between attempts to reach a server that starts. */
const startPause = "100 millis"

/** How long what it has written last is waited for. */
const lastOutput = "250 millis"

/** What a program that starts may do for a while; one that speaks another protocol goes on with that. */
const isStarting = (failure: Server.Failure) =>
  failure._tag === "Unanswered" && ["no-connection", "broken-off", "too-slow"].includes(failure.reason)

/** Whether a program is told where to listen; else it is talked with over its standard input and output. */
export const listens = (command: ReadonlyArray<string>): boolean =>
  command.some((part) => part.includes(uriMark))

export const nameOf = ({ command }: Pick<Options, "command">): string => basename(command[0] ?? "")

/** A port of this machine that is free. Whoever takes it before the program does ends that: it is tried again then. */
const freePort = Effect.async<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** Starts one process and waits until it says what it has; it ends with the scope, with all that it has started. */
export const open = Effect.fn("ServerLife.open")(function* (
  options: Options
): Effect.fn.Return<ServerLife, EngineUnavailable, Scope.Scope> {
  const { advice, command, engine, folder, install, kind } = options
  const [program = "", ...args] = command
  const unavailable = (reason: Words, what: Words = advice) =>
    new EngineUnavailable({ kind, engine, reason, advice: what })
  const hasPort = listens(command)
  const port = hasPort ? yield* freePort : 0
  const uri = `tcp://127.0.0.1:${port}`

  const child = yield* GuardedProgram.start({
    command: program,
    args: args.map((arg) => arg.replaceAll(uriMark, uri)),
    folder
  }).pipe(Effect.mapError(({ problem }) => unavailable(problem)))
  let complaint: string | undefined
  const output = yield* Effect.forkScoped(
    Effect.all(
      [
        ChildProcess.logOutput(engine, child.stderr, (line) => (complaint = line)),
        hasPort ? ChildProcess.logOutput(engine, child.stdout) : Effect.void
      ],
      { concurrency: "unbounded", discard: true }
    )
  )
  const ended = ChildProcess.ended(child)
  const lastWords = Effect.zipRight(
    Effect.timeoutOption(output.await, lastOutput),
    Effect.sync(() => complaint)
  )
  const reason = Effect.map(lastWords, (words) =>
    words === undefined
      ? say("engine.endedLoading")
      : say(
          "engine.endedLoadingSaying",
          HostPaths.without(words.slice(0, longestComplaint)).replace(/\.+$/u, "")
        )
  )
  const quoted = JSON.stringify(nameOf(options))
  const failure = Effect.flatMap(reason, (words) => {
    if (child.exitCode === GuardedProgram.missing)
      return unavailable(say("speech.noProgram", quoted), install)
    return child.exitCode === GuardedProgram.forbidden
      ? unavailable(say("speech.mayNotRun", quoted), install)
      : unavailable(words)
  })

  const link = Link.over({ input: child.stdout, output: child.stdin })
  const connect = hasPort ? Tcp.connect({ host: "127.0.0.1", port }) : yield* overPipes(child, link)
  const isReady = hasPort
    ? Effect.retry(Effect.scoped(Effect.flatMap(connect, Server.describeSoon)), {
        schedule: Schedule.spaced(startPause),
        while: isStarting
      })
    : // How it ended tells more than that its output did.
      Effect.catchIf(Server.describe(link), Server.isLost, () => Effect.never)
  yield* isReady.pipe(
    Effect.raceFirst(Effect.zipRight(ended, failure)),
    Effect.timeoutFail({
      duration: startTime,
      onTimeout: () => unavailable(say("wyoming.notReady", Duration.toMinutes(startTime)))
    }),
    Effect.mapError((problem) =>
      problem instanceof EngineUnavailable
        ? problem
        : unavailable(say("engine.does", nameOf(options), say("engine.sentUnreadable")))
    )
  )
  return { child, connect, ended }
})

/** How much of the last line is told, in characters. */
const longestComplaint = 200

/**
 * Standard input and output, for one request at a time. What the answer to a request that was given up would be mistaken
 * for nobody can tell: the process ends then. Some programs end after each request: it is asked first whether it is still there.
 */
const overPipes = (child: GroupLeader, link: Link.Link) =>
  Effect.map(Effect.makeSemaphore(1), (place): ServerLife["connect"] => {
    const enter = Effect.uninterruptibleMask((restore) =>
      Effect.zipRight(
        restore(place.take(1)),
        Effect.addFinalizer((exit) => {
          if (Exit.isFailure(exit)) ProcessGroup.signal(child, "SIGKILL")
          return place.release(1)
        })
      )
    )
    const isThere = Server.describeSoon(link).pipe(
      // At once: its end is waited for before the request goes to the next process.
      Effect.tapError(() => Effect.sync(() => ProcessGroup.signal(child, "SIGKILL"))),
      Effect.mapError((cause) => new Unanswered({ reason: "no-connection", cause }))
    )
    return Effect.zipRight(enter, Effect.as(isThere, link))
  })
