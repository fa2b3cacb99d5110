import { Command, ValidationError } from "@effect/cli"
import { Cause, Console, Effect, Option } from "effect"
import * as Package from "../config/Package.ts"
import * as Config from "./Config.ts"
import * as Doctor from "./Doctor.ts"
import * as Export from "./Export.ts"
import * as Import from "./Import.ts"
import * as Live from "./Live.ts"
import * as Memory from "./Memory.ts"
import * as Models from "./Models.ts"
import * as Serve from "./Serve.ts"

const switches = new Set([Memory.every, Import.onlyTell, Import.replace])

/** Runs the command line: `server` until it is interrupted, one of the subcommands, or an option that only prints. */
export const run = <E extends { readonly message: string }, R>(server: Serve.Server<E, R>) =>
  Effect.gen(function* () {
    const version = yield* Package.version
    const whole = Serve.command(server).pipe(
      Command.withSubcommands([
        Config.command,
        Models.command,
        Memory.command,
        Doctor.command,
        Live.command,
        Import.command,
        Export.command
      ])
    )
    // Without its value the library takes the next word for it, if that is a 1 or a 0: there "--all 1" says two things.
    yield* Command.run(whole, { name: "seiyuu", version, executable: "seiyuu" })(
      process.argv.flatMap((word) => (switches.has(word) ? [word, "true"] : [word]))
    )
  }).pipe(
    // One clear line for people; a defect keeps its stack, for whoever mends it.
    Effect.tapErrorCause((cause) => {
      const failure = Cause.failureOption(cause)
      if (Option.isNone(failure))
        return Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
      // The command line has printed its own.
      return ValidationError.isValidationError(failure.value)
        ? Effect.void
        : Console.error(`seiyuu: ${failure.value.message}`)
    })
  )
