import type { Readable } from "node:stream"
import { getDefaultEnvironment } from "@modelcontextprotocol/sdk/client/stdio.js"
import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { Effect } from "effect"
import type { Scope } from "effect"
import * as ChildProcess from "../engine/ChildProcess.ts"
import * as GroupLeader from "../engine/GroupLeader.ts"
import * as ProcessGroup from "../engine/ProcessGroup.ts"
import { longestMessage } from "./BoundedFetch.ts"
import type { Clean } from "./EntrySecrets.ts"
import { NotConnected } from "./NotConnected.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

type Child = GroupLeader.GroupLeader

export interface Options {
  /** What the log calls it. */
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** Working folder. */
  readonly folder: string
  /** Takes the entry's secrets out of what the server prints, before it is logged. */
  readonly clean?: Clean
}

export interface ServerProcess {
  readonly transport: Transport
  /** How it has ended, a clause; nothing while it runs. */
  readonly end: Effect.Effect<Text | undefined>
  /** The last line that it complained of. It may hold paths. */
  readonly lastWords: Effect.Effect<string | undefined>
}

/** What a server gets to end by itself, first after its input has closed and then after SIGTERM. */
const grace = "1 second"

/** Answers to a server's own requests that may wait to be read, in bytes. */
const mostUnread = 65_536

/** How long what a process has written last is waited for: a child that it leaves behind may keep the pipe open. */
const lastOutput = "250 millis"

/**
 * Starts a server as the leader of a group of processes, without a shell. With the scope it ends as the protocol has it:
 * its input closes, then SIGTERM, and what is left of the group a second later is killed.
 */
export const open = Effect.fn("ServerProcess.open")(function* (
  options: Options
): Effect.fn.Return<ServerProcess, NotConnected, Scope.Scope> {
  const { args, command, env, folder } = options
  const child = yield* GroupLeader.start({
    command,
    args,
    folder,
    // Its own variables, not the server's: those hold keys that are none of its business.
    env: { ...getDefaultEnvironment(), ...env }
  }).pipe(Effect.mapError((failure) => missing(options, failure)))
  const transport = transportOf(child)
  let complaint: string | undefined
  yield* Effect.forkScoped(
    ChildProcess.logOutput(
      `MCP server ${options.name}`,
      child.stderr,
      (line) => (complaint = line),
      options.clean
    )
  )
  // Before its log is closed: what it says on its way out is logged, too.
  yield* Effect.addFinalizer(() => askToEnd(child))
  // Whoever closes its output without ending will not answer any more either.
  yield* Effect.raceFirst(ChildProcess.ended(child), closed(child.stdout)).pipe(
    Effect.zipRight(Effect.timeoutOption(closed(child), lastOutput)),
    Effect.zipRight(Effect.sync(() => transport.onclose?.())),
    Effect.forkScoped
  )
  return {
    transport,
    end: Effect.sync(() =>
      ChildProcess.hasEnded(child)
        ? howEnded(child)
        : child.stdout.destroyed
          ? say("tools.itClosedOutput")
          : undefined
    ),
    lastWords: Effect.sync(() => complaint)
  }
})

const missing = ({ name }: Options, { code, problem }: GroupLeader.NotStarted) =>
  new NotConnected({
    reason: code === "ENOENT" ? say("tools.orFolder", problem) : problem,
    advice: say("tools.installServer", JSON.stringify(name))
  })

const howEnded = ({ exitCode, signalCode }: Child) =>
  signalCode === null ? say("tools.itEndedWith", exitCode ?? 0) : say("tools.itWasEnded", signalCode)

/** Waits until a pipe, or every pipe of a process that has ended, is closed. */
const closed = (one: Child | Readable): Effect.Effect<void> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.void)
    one.once("close", done)
    return Effect.sync(() => void one.off("close", done))
  })

/** In a finalizer, too, the one that lost has to stop: hence the races. */
const endedInTime = (child: Child) =>
  Effect.raceFirst(Effect.interruptible(ChildProcess.ended(child)), Effect.interruptible(Effect.sleep(grace)))

const askToEnd = (child: Child): Effect.Effect<void> =>
  Effect.gen(function* () {
    child.stdin.end()
    yield* endedInTime(child)
    if (ChildProcess.hasEnded(child)) return
    ProcessGroup.signal(child, "SIGTERM")
    yield* endedInTime(child)
  })

/** The protocol's messages, one a line, over the process's standard input and output. */
const transportOf = (child: Child): Transport => {
  const buffer = new ReadBuffer({ maxBufferSize: longestMessage })
  /** Bytes of answers to its own requests that it has not read yet. */
  let unread = 0
  const answer = (line: string) => {
    const length = Buffer.byteLength(line)
    unread += length
    // Nothing more of what it asks is read meanwhile. What we ask does not count: while it answers that, it may have no time
    // to read, and needs us to.
    if (unread > mostUnread) child.stdout.pause()
    child.stdin.write(line, () => {
      unread -= length
      if (unread <= mostUnread && child.stdout.isPaused()) child.stdout.resume()
    })
  }
  const transport: Transport = {
    start: () => {
      child.stdout.on("data", (chunk: Buffer) => {
        try {
          buffer.append(chunk)
        } catch (error) {
          transport.onerror?.(error as Error)
          // Where the next message begins is lost, and with it every answer.
          ProcessGroup.signal(child, "SIGKILL")
          return
        }
        deliver(buffer, transport)
      })
      return Promise.resolve()
    },
    // Whoever sends does not wait: what waits to be read is bounded.
    send: (message) => {
      if (ChildProcess.hasEnded(child))
        return Promise.reject(new NotConnected({ reason: howEnded(child), advice: "" }))
      if (child.stdin.writableLength > longestMessage) {
        ProcessGroup.signal(child, "SIGKILL")
        return Promise.reject(deaf)
      }
      const line = serializeMessage(message)
      if ("method" in message) child.stdin.write(line)
      else answer(line)
      return Promise.resolve()
    },
    // The process ends with its scope.
    close: () => Promise.resolve(transport.onclose?.())
  }
  return transport
}

const deaf = new NotConnected({
  reason: say("tools.readsNot"),
  advice: say("tools.startedAnew")
})

const deliver = (buffer: ReadBuffer, transport: Transport): void => {
  for (;;) {
    try {
      const message = buffer.readMessage()
      if (message === null) return
      transport.onmessage?.(message)
    } catch (error) {
      // A line that is no message: some servers greet people there.
      transport.onerror?.(error as Error)
    }
  }
}
