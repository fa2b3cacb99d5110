import { Context, Effect, Layer, Option } from "effect"
import { LRUCache } from "lru-cache"
import * as Pcm from "../audio/Pcm.ts"
import { Settings } from "../config/Settings.ts"
import * as PhraseFiles from "./PhraseFiles.ts"
import type { Tts } from "./Tts.ts"

/** Longer texts hardly come again, in characters. */
const longest = 300
const bytesPerMiB = 2 ** 20

/**
 * The sound of phrases that voices have spoken lately, so that what recurs is not synthesised again. The least recently
 * used ones go first. A phrase comes to the disk when it is spoken for the second time: most are never said again.
 */
export class PhraseCache extends Context.Tag("seiyuu/tts/PhraseCache")<
  PhraseCache,
  {
    /** The same voice, which looks for a phrase before it is synthesised. `voice`: it and its whole configuration. */
    readonly over: (voice: string, tts: Tts) => Tts
  }
>() {
  /** Every phrase is synthesised: for whoever wants to know how the voice is. */
  static readonly none = Layer.succeed(PhraseCache, { over: (_, tts) => tts })
  /** As `system_config.voice_cache` says. */
  static readonly layer = Layer.suspend(() => Layer.scoped(PhraseCache, make))
}

const make = Effect.gen(function* () {
  const { system, folder } = yield* Settings
  const { disk_mb, folder: place, memory_mb } = system.voice_cache
  const files = yield* PhraseFiles.open({ folder, place, bytes: disk_mb * bytesPerMiB })
  const sounds =
    memory_mb === 0
      ? undefined
      : new LRUCache<string, Pcm.Pcm>({
          maxSize: memory_mb * bytesPerMiB,
          sizeCalculation: ({ samples }) => Math.max(1, samples.byteLength)
        })

  const find = (key: string): Effect.Effect<Option.Option<Pcm.Pcm>> =>
    Effect.suspend(() => {
      const pcm = sounds?.get(key)
      if (pcm !== undefined) return Effect.as(files.keep(key, pcm), Option.some(pcm))
      return Effect.tap(files.find(key), (found) =>
        Effect.sync(() => void (Option.isSome(found) && sounds?.set(key, found.value)))
      )
    })

  const over = (voice: string, tts: Tts): Tts => {
    if (memory_mb === 0 && disk_mb === 0) return tts
    const { stream, synthesize } = tts
    const keyOf = (text: string) => `${voice}\n${text}`
    const keep = (text: string, pcm: Pcm.Pcm) =>
      void (pcm.samples.length > 0 && sounds?.set(keyOf(text), pcm))
    const whole = (text: string) =>
      text.length > longest
        ? synthesize(text)
        : Effect.flatMap(find(keyOf(text)), (known) =>
            Option.isSome(known)
              ? Effect.succeed(known.value)
              : Effect.tap(synthesize(text), (pcm) => Effect.sync(() => keep(text, pcm)))
          )
    if (stream === undefined) return { ...tts, synthesize: whole }

    const speak: Required<Tts>["stream"] = (text, take) =>
      Effect.suspend(() => {
        const pieces: Array<Pcm.Pcm> = []
        const taken = (piece: Pcm.Pcm) => {
          pieces.push(piece)
          return take(piece)
        }
        return Effect.map(stream(text, taken), () => {
          if (pieces.length > 0) keep(text, Pcm.join(pieces, pieces[0]!.sampleRate))
        })
      })
    return {
      ...tts,
      synthesize: whole,
      stream: (text, take) =>
        text.length > longest
          ? stream(text, take)
          : Effect.flatMap(find(keyOf(text)), (known) =>
              Option.isSome(known) ? take(known.value) : speak(text, take)
            )
    }
  }
  return { over }
})
