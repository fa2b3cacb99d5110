import { spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ChildProcess from "../../src/engine/ChildProcess.ts"
import * as GuardedProgram from "../../src/engine/GuardedProgram.ts"
import * as Processes from "../support/Processes.ts"

/** Hears no SIGTERM and does not read its input; has a child of its own, whose id it writes. */
const stubborn = `
  process.on("SIGTERM", () => {})
  setInterval(() => {}, 1000)
  const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])
  console.log(pid)
`

const start = (command: string, ...args: ReadonlyArray<string>) =>
  GuardedProgram.start({ command, args, folder: tmpdir() })

const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => Processes.alive(pids)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (pids) => pids.length === 0 })
  )

const stubbornGroup = Effect.gen(function* () {
  const child = yield* start(process.execPath, "-e", stubborn)
  yield* Effect.promise(() => once(child.stdout, "data"))
  const pids = [child.pid!, ...Processes.descendants(child.pid!)]
  // The guard, the program and its child; the loader of TypeScript may have a process, too.
  assert.isAtLeast(pids.length, 3)
  return pids
})

describe("GuardedProgram", () => {
  it.live("ends with all that it has started when the scope closes", () =>
    Effect.flatMap(Effect.scoped(stubbornGroup), gone)
  )

  it.live("passes input, output and the exit code on", () =>
    Effect.gen(function* () {
      const child = yield* start("sh", "-c", 'read line; echo "got $line"; exit 7')
      child.stdin.write("it\n")
      const [output] = yield* Effect.promise(() => once(child.stdout, "data"))
      assert.strictEqual(String(output), "got it\n")
      yield* ChildProcess.ended(child)
      assert.strictEqual(child.exitCode, 7)
    }).pipe(Effect.scoped)
  )

  it.live("says by its exit code that there is no such program, or that it may not be run", () =>
    Effect.gen(function* () {
      for (const [program, code] of [
        ["no-such-program", GuardedProgram.missing],
        [tmpdir(), GuardedProgram.forbidden]
      ] as const) {
        const child = yield* start(program)
        yield* ChildProcess.ended(child)
        assert.strictEqual(child.exitCode, code, program)
      }
    }).pipe(Effect.scoped)
  )

  it.live("ends with all that it has started when whoever started it is killed", () =>
    Effect.gen(function* () {
      const owner = new URL("../support/GuardOwner.ts", import.meta.url)
      const child = spawn(
        process.execPath,
        ["--import", "tsx", owner.pathname, process.execPath, "-e", stubborn],
        {
          stdio: ["ignore", "pipe", "inherit"]
        }
      )
      yield* Effect.promise(() => once(child.stdout, "data"))
      const pids = Processes.descendants(child.pid!)
      assert.isAtLeast(pids.length, 3)
      child.kill("SIGKILL")
      yield* gone(pids)
    })
  )
})
