/** An engine process that does nothing useful: it shows what its jobs, its load and its death look like. */
import { randomFill } from "node:crypto"
import { readdirSync } from "node:fs"
import { getPriority } from "node:os"
import { promisify } from "node:util"
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
  /** One at a time, and cannot be left half-way, as native code cannot. */
  | { readonly do: "toil"; readonly ms: number }
  /** Answers the priorities of the process's threads; each differs from the others only by mistake. */
  | { readonly do: "priorities" }

export type Reply = Float32Array | number

const exit = Effect.zipRight(
  Effect.sync((): void => process.exit(255)),
  Effect.never
)

/** Something that runs in a thread of the pool, as native engines do. */
const native = Effect.promise(() => promisify(randomFill)(new Uint8Array(8)))

const alone = Effect.unsafeMakeSemaphore(1).withPermits(1)

const runner = EngineRunner.serve<Load, string, Job, Reply>({
  load: ({ load }) => {
    if (load === "refuse") return Effect.fail(EngineRunner.problem("the model is broken"))
    if (load === "die")
      return Effect.zipRight(
        Effect.sync(() => process.stderr.write("loading\nthere is nothing in /srv/models/model.onnx.\n")),
        exit
      )
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
      case "toil":
        return alone(Effect.uninterruptible(Effect.as(Effect.sleep(job.ms), job.ms)))
      case "priorities":
        return Effect.map(native, () =>
          Float32Array.from(readdirSync("/proc/self/task"), (id) => getPriority(Number(id)))
        )
      case "numbers":
        return Stream.range(1, job.upTo)
    }
  }
})

Effect.runFork(runner)
