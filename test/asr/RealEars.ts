import { Effect, Layer, ManagedRuntime, Scope } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer, Asked } from "../support/ServiceServer.ts"
import { engines, open } from "./AsrLayer.ts"

/** A recogniser of this machine. */
const make = () => {
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

interface Api {
  /** The WAV file that a request brings. */
  readonly wavOf: (asked: Asked) => Promise<Uint8Array> | Uint8Array
  /** A successful answer with this transcript. */
  readonly answer: (text: string) => Answer
}

/** A service whose API this is, with a recogniser of this machine behind it, so that what is sent is really heard. */
export const serve = async ({ answer, wavOf }: Api) => {
  const ears = make()
  const running = new Set<Asked>()
  const listeners = new Set<() => void>()
  const cut: Answer = { ...answer(""), chunks: [], afterwards: "cut" }
  /** Requests that are still cut: an utterance that was is sent twice more. */
  let cuts = 0
  const server = await ServiceServer.listen(async (asked) => {
    if (cuts > 0) {
      cuts--
      return cut
    }
    running.add(asked)
    const killed = new Promise<void>((resolve) => listeners.add(resolve))
    void asked.over.then(() => running.delete(asked))
    const heard = Promise.resolve(wavOf(asked)).then((wav) =>
      ears.hear(wav, Promise.race([asked.over, killed]))
    )
    return Promise.race([killed.then(() => cut), heard.then(answer)])
  })
  return {
    url: server.url,
    /** Requests that have no answer yet. */
    jobs: () => running.size,
    /** Cuts the connections of all of them, and of their repetitions. */
    kill: () => {
      cuts = 2 * running.size
      for (const end of listeners) end()
      listeners.clear()
    },
    close: async () => {
      await server.close()
      await ears.close()
    }
  }
}
