import { once } from "node:events"
import { tmpdir } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as ChildProcess from "../../src/engine/ChildProcess.ts"
import * as GroupLeader from "../../src/engine/GroupLeader.ts"
import * as Processes from "../support/Processes.ts"

/** Hears no SIGTERM; has a child of its own, whose id it writes. */
const stubborn = `
  process.on("SIGTERM", () => {})
  setInterval(() => {}, 1000)
  const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])
  console.log(pid)
`

/** The leader's id and its child's. */
const start = Effect.gen(function* () {
  const child = yield* GroupLeader.start({
    command: process.execPath,
    args: ["-e", stubborn],
    folder: tmpdir()
  })
  const [pid] = yield* Effect.promise(() => once(child.stdout, "data"))
  return { child, pids: [child.pid!, Number(pid)] }
})

const gone = (pids: ReadonlyArray<number>) =>
  Effect.sync(() => Processes.alive(pids)).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (pids) => pids.length === 0 })
  )

describe("GroupLeader", () => {
  it.live("ends all of its group with its scope", () =>
    Effect.gen(function* () {
      const { pids } = yield* Effect.scoped(start)
      yield* gone(pids)
    })
  )

  it.live("is killed with all others as a last resort, whoever owns it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { child, pids } = yield* Scope.extend(start, scope)
      yield* GroupLeader.killAll
      yield* ChildProcess.ended(child)
      yield* gone(pids)
      yield* Scope.close(scope, Exit.void)
    })
  )

  it.live("names the program that is missing, and not its folder", () =>
    Effect.gen(function* () {
      const command = "/home/somebody/bin/no-such-program"
      const failure = yield* Effect.flip(GroupLeader.start({ command, args: [], folder: tmpdir() }))
      assert.strictEqual(failure.message, 'there is no program "no-such-program"')
    }).pipe(Effect.scoped)
  )
})
