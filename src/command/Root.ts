import { Command, Options } from "@effect/cli"
import { Effect, Option } from "effect"

/** The configuration of a command line that says none, in the current folder. */
export const usualConfig = "conf.yaml"

/** `--config`, of `seiyuu` itself and of its subcommands. */
export const config = Options.text("config").pipe(
  Options.withDescription(
    `The configuration file; relative paths in it start from its folder. Without it: ${usualConfig} in the current folder.`
  ),
  Options.optional
)

/** `seiyuu` without what it does. A subcommand's handler may ask it what was said before the subcommand. */
export const command = Command.make("seiyuu", {
  config,
  host: Options.text("host").pipe(
    Options.withDescription("The address to listen on, instead of system_config.host."),
    Options.optional
  ),
  port: Options.integer("port").pipe(
    Options.withDescription("The port to listen on, instead of system_config.port."),
    Options.optional
  )
}).pipe(Command.withDescription("A backend for AI voice characters, with the protocol of Open-LLM-VTuber."))

/** The configuration that a subcommand means: what it was told, what `seiyuu` was told before it, or the usual one. */
export const fileOf = (told: Option.Option<string>) =>
  Effect.map(command, (before) =>
    told.pipe(
      Option.orElse(() => before.config),
      Option.getOrElse(() => usualConfig)
    )
  )

/** What `seiyuu` itself was told. */
export interface Chosen {
  readonly config: Option.Option<string>
  readonly host: Option.Option<string>
  readonly port: Option.Option<number>
}
