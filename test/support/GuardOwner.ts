import { tmpdir } from "node:os"
import { Effect } from "effect"
import * as GuardedProgram from "../../src/engine/GuardedProgram.ts"

// Starts the program that its arguments name under a guard, shows what that prints, and stays.
const [command = "", ...args] = process.argv.slice(2)
await Effect.runPromise(
  Effect.scoped(
    Effect.flatMap(GuardedProgram.start({ command, args, folder: tmpdir() }), (child) => {
      child.stdout.pipe(process.stdout)
      return Effect.never
    })
  )
)
