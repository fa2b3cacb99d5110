import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import type { Scope } from "effect"
import * as Watch from "./Watch.ts"

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

/** What `/status` says. */
export interface Status {
  readonly sessions: number
  readonly groups: number
  readonly fibers: Readonly<Record<string, number>>
  readonly engines: ReadonlyArray<{
    readonly kind: string
    readonly engine: string
    readonly references: number
  }>
}

/** How a process ended: with a code, or by a signal. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of the built server. */
export interface Launched {
  readonly pid: number
  readonly stdout: ReadonlyArray<string>
  readonly stderr: ReadonlyArray<string>
  readonly send: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Waits for the end of the process and of its output. */
  readonly ended: Effect.Effect<Ended>
}

export interface BuiltServer extends Launched {
  /** Such as `http://localhost:40001`. */
  readonly url: string
  readonly status: Effect.Effect<Status>
  /** Waits until no warm-up goes on: a turn that comes before has to do without what is not there yet. */
  readonly warm: Effect.Effect<Status>
  /** Waits until nothing of any session lives: no session, no fiber, no engine that anybody holds. */
  readonly idle: Effect.Effect<Status>
  /** Sends the signal and waits for the end. */
  readonly stop: (signal: NodeJS.Signals) => Effect.Effect<Ended>
}

/** Starts `node dist/main.js` with these arguments; the scope's end kills it. */
export const launch = (
  args: ReadonlyArray<string>
): Effect.Effect<Launched & Pick<Watch.Watch, "until">, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] })
      const { changed, until } = Watch.make()
      const lines = (output: Readable) => {
        const read: Array<string> = []
        createInterface({ input: output }).on("line", (line) => {
          read.push(line)
          changed()
        })
        return read
      }
      let end: Ended | undefined
      child.once("close", (code, signal) => {
        end = { code, signal }
        changed()
      })
      return {
        pid: child.pid!,
        stdout: lines(child.stdout),
        stderr: lines(child.stderr),
        send: (signal: NodeJS.Signals) => Effect.sync(() => void child.kill(signal)),
        ended: until(() => end),
        until
      }
    }),
    ({ ended, send }) => Effect.zipRight(send("SIGKILL"), ended)
  )

/** Starts the server on the `conf.yaml` of this folder, on a free port, and waits until it listens. */
export const start = Effect.fnUntraced(function* (folder: string) {
  const launched = yield* launch(["--config", join(folder, "conf.yaml"), "--port", "0"])
  const url = yield* Effect.raceFirst(
    launched.until(() =>
      launched.stdout.map((line) => /listening: open (\S+)/u.exec(line)?.[1]).find((url) => url !== undefined)
    ),
    Effect.flatMap(launched.ended, () =>
      Effect.dieMessage(`the server did not start:\n${[...launched.stdout, ...launched.stderr].join("\n")}`)
    )
  )
  const status = Effect.promise(async () => (await (await fetch(`${url}/status`)).json()) as Status)
  const when = (until: (status: Status) => boolean) =>
    Effect.repeat(Effect.delay(status, "50 millis"), { until })
  const server: BuiltServer = {
    ...launched,
    url,
    status,
    warm: when(({ fibers }) => fibers["warm-up"] === undefined),
    idle: when(
      ({ engines, fibers, sessions }) =>
        sessions === 0 &&
        Object.keys(fibers).length === 0 &&
        engines.every(({ references }) => references === 0)
    ),
    stop: (signal) => Effect.zipRight(launched.send(signal), launched.ended)
  }
  return server
})
