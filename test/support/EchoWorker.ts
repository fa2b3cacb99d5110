/** An engine process that does nothing useful: it shows what its jobs, its load and its death look like. */
import { Effect, Stream } from "effect"
import * as EngineRunner from "../../src/engine/EngineRunner.ts"

export interface Load {
  /** What happens while it loads. */
  readonly load: "succeed" | "refuse" | "die" | "hang"
}

export type Job =
  | { readonly do: "echo"; readonly samples: Float32Array }
  | { readonly do: "refuse" | "complain" | "throw" | "die" | "hang" }
  | { readonly do: "numbers"; readonly upTo: number }

export type Reply = Float32Array | number

const exit = Effect.zipRight(
  Effect.sync((): void => process.exit(255)),
  Effect.never
)

const runner = EngineRunner.serve<Load, string, Job, Reply>({
  load: ({ load }) => {
    if (load === "refuse") return Effect.fail(EngineRunner.problem("the model is broken"))
    if (load === "die") return exit
    return load === "hang" ? Effect.never : Effect.succeed("loaded")
  },
  work: (_, job) => {
    switch (job.do) {
      case "echo":
        return Effect.succeed(job.samples)
      case "refuse":
        return Effect.fail(EngineRunner.problem("it does not want to"))
      case "complain":
        return Effect.fail(EngineRunner.problem("cannot read /srv/models/model.onnx: no such file"))
      case "throw":
        return Effect.die(new Error("a mistake in the engine"))
      case "die":
        return exit
      case "hang":
        return Effect.never
      case "numbers":
        return Stream.range(1, job.upTo)
    }
  }
})

Effect.runFork(runner)
