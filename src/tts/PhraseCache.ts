import { createHash } from "node:crypto"
import { Context, Effect, Layer, Option } from "effect"
import { LRUCache } from "lru-cache"
import * as Pcm from "../audio/Pcm.ts"
import { Settings } from "../config/Settings.ts"
import * as PhraseFiles from "./PhraseFiles.ts"
import type { Take, Tts } from "./Tts.ts"

/** Longer texts hardly come again, in characters. */
const longest = 300
const bytesPerMiB = 2 ** 20
/** Longer sound is none of a phrase, in bytes: a minute and a half of the finest. */
const largest = 8 * bytesPerMiB
/** Of how many phrases it is known that they were said before. */
const saidAtMost = 10_000

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

  /** What was said once, whether its sound is still there or not. */
  const said = new LRUCache<string, true>({ max: saidAtMost })

  const spoken = (key: string, pcm: Pcm.Pcm) =>
    Effect.suspend(() => {
      if (pcm.samples.length === 0 || pcm.samples.byteLength > largest) return Effect.void
      sounds?.set(key, pcm)
      if (said.get(key) === true) return files.keep(key, pcm)
      said.set(key, true)
      return Effect.void
    })

  const find = (key: string): Effect.Effect<Option.Option<Pcm.Pcm>> =>
    Effect.suspend(() => {
      const pcm = sounds?.get(key)
      return pcm === undefined ? files.find(key) : Effect.succeedSome(pcm)
    }).pipe(Effect.tap((found) => (Option.isSome(found) ? spoken(key, found.value) : Effect.void)))

  const over = (voice: string, tts: Tts): Tts => {
    if (memory_mb === 0 && disk_mb === 0) return tts
    const { stream, synthesize } = tts
    const keyOf = (text: string) => createHash("sha256").update(`${voice}\n${text}`).digest("hex")
    const recall = (text: string) =>
      Effect.suspend(() => (text.length > longest ? Effect.succeedNone : find(keyOf(text))))
    const whole = (text: string) =>
      Effect.suspend(() => {
        if (text.length > longest) return synthesize(text)
        const key = keyOf(text)
        return Effect.flatMap(find(key), (known) =>
          Option.isSome(known)
            ? Effect.succeed(known.value)
            : Effect.tap(synthesize(text), (pcm) => spoken(key, pcm))
        )
      })
    if (stream === undefined) return { ...tts, recall, synthesize: whole }

    const speak = (key: string, text: string, take: Take) =>
      Effect.suspend(() => {
        const pieces: Array<Pcm.Pcm> = []
        let size = 0
        const taken: Take = (piece) => {
          size += piece.samples.byteLength
          if (size > largest) pieces.length = 0
          else pieces.push(piece)
          return take(piece)
        }
        return Effect.zipRight(
          stream(text, taken),
          Effect.suspend(() =>
            pieces.length === 0 ? Effect.void : spoken(key, Pcm.join(pieces, pieces[0]!.sampleRate))
          )
        )
      })
    return {
      ...tts,
      recall,
      synthesize: whole,
      stream: (text, take) =>
        Effect.suspend(() => {
          if (text.length > longest) return stream(text, take)
          const key = keyOf(text)
          return Effect.flatMap(find(key), (known) =>
            Option.isSome(known) ? take(known.value) : speak(key, text, take)
          )
        })
    }
  }
  return { over }
})
