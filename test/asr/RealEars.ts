import { Effect, Layer, ManagedRuntime, Scope } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { engines, open } from "./AsrLayer.ts"

/** A recogniser of this machine behind a service's API, so that what is sent is really heard. */
export const make = () => {
  const runtime = ManagedRuntime.make(Layer.mergeAll(engines, Layer.scope))
  const opened = Effect.flatMap(Effect.scope, (scope) =>
    Scope.extend(open({ model: "whisper-tiny.en" }), scope)
  )
  let recogniser: ReturnType<typeof load> | undefined
  const load = () => runtime.runPromise(opened)
  return {
    /** The transcript of a WAV file; settles without one when `gone` does. */
    hear: async (wav: Uint8Array, gone: Promise<unknown>): Promise<string> => {
      const asr = await (recogniser ??= load())
      const { samples } = Wav.decodePlain(new Uint8Array(wav))!
      const leaving = new AbortController()
      void gone.then(() => leaving.abort())
      return runtime
        .runPromise(asr.transcribe(Float32Array.from(samples, (sample) => sample / 32_768)), {
          signal: leaving.signal
        })
        .catch(() => "")
    },
    close: () => runtime.dispose()
  }
}
