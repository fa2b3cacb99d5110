import { NodeContext } from "@effect/platform-node"
import { FileSystem, Path } from "@effect/platform"
import { assert, describe, layer } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Option, Scope, TestServices } from "effect"
import type { Pcm } from "../../src/audio/Pcm.ts"
import { Settings } from "../../src/config/Settings.ts"
import { PhraseCache } from "../../src/tts/PhraseCache.ts"
import { SynthesisFailed } from "../../src/tts/Tts.ts"
import type { Tts } from "../../src/tts/Tts.ts"
import * as Fixtures from "../support/Fixtures.ts"

const mebibyte = 2 ** 20

/** A voice whose sound is as long as it is told, with a count of what it was asked for. */
const voice = (bytes: number, streams: boolean) => {
  const asked: Array<string> = []
  const sound = (text: string): Pcm => ({
    samples: new Int16Array(bytes / 2).fill(text.length),
    sampleRate: 16_000
  })
  const synthesize = (text: string) =>
    Effect.suspend(() => {
      asked.push(text)
      return text === "bad"
        ? new SynthesisFailed({ engine: "v", detail: "it broke", advice: "Wait." })
        : Effect.succeed(sound(text))
    })
  const stream: Tts["stream"] = (text, take) =>
    Effect.flatMap(synthesize(text), ({ sampleRate, samples }) =>
      Effect.forEach(
        [samples.slice(0, 100), samples.slice(100)],
        (samples) => take({ samples, sampleRate }),
        { discard: true }
      )
    )
  return { asked, sound, tts: { engine: "v", synthesize, ...(streams ? { stream } : {}) } as Tts }
}

const open = (cache: { readonly memory_mb: number; readonly disk_mb: number }, folder = "/nowhere") =>
  Effect.gen(function* () {
    const settings = Layer.succeed(Settings, {
      folder,
      system: { ...Fixtures.systemConfig, voice_cache: { ...cache, folder: "voices" } }
    })
    const context = yield* Layer.build(Layer.provide(PhraseCache.layer, settings))
    return yield* Effect.provide(PhraseCache, context)
  })

const heardOf = (tts: Tts, text: string) =>
  Effect.gen(function* () {
    const pieces: Array<Pcm> = []
    yield* tts.stream!(text, (piece) => Effect.sync(() => void pieces.push(piece)))
    return pieces
  })

/** The names of the finished files, once they are as they should be. */
const untilFiles = (place: string, are: (names: ReadonlyArray<string>) => boolean) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => {
    const finished = Effect.map(fs.readDirectory(place), (names) =>
      names.filter((name) => name.endsWith(".wav"))
    )
    return Effect.repeat(TestServices.provideLive(Effect.zipRight(Effect.sleep(5), finished)), {
      until: are
    })
  })

describe("PhraseCache", () => {
  layer(NodeContext.layer)((it) => {
    it.scoped("has what recurs spoken once, by each voice for itself", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 1, disk_mb: 0 })
        const { asked, sound, tts } = voice(1000, false)
        const [ann, bob] = [cache.over("ann", tts), cache.over("bob", tts)]
        for (const text of ["Hello.", "Hello.", "Bye."])
          assert.deepStrictEqual(yield* ann.synthesize(text), sound(text))
        yield* bob.synthesize("Hello.")
        assert.deepStrictEqual(asked, ["Hello.", "Bye.", "Hello."])
      })
    )

    it.scoped("does not keep failures, nor what is long", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 1, disk_mb: 0 })
        const { asked, tts } = voice(1000, false)
        const cached = cache.over("v", tts)
        yield* Effect.replicateEffect(Effect.flip(cached.synthesize("bad")), 2)
        yield* Effect.replicateEffect(cached.synthesize("long ".repeat(100)), 2)
        assert.strictEqual(asked.length, 4)
      })
    )

    it.scoped("keeps what came piece by piece, and gives it at once", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 1, disk_mb: 0 })
        const { asked, sound, tts } = voice(1000, true)
        const cached = cache.over("v", tts)
        assert.strictEqual((yield* heardOf(cached, "Hello.")).length, 2)
        assert.deepStrictEqual(yield* heardOf(cached, "Hello."), [sound("Hello.")])
        assert.deepStrictEqual(yield* cached.synthesize("Hello."), sound("Hello."))
        assert.strictEqual(asked.length, 1)
      })
    )

    it.scoped("says what it knows without a word to the voice", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 1, disk_mb: 0 })
        const { asked, sound, tts } = voice(1000, true)
        const cached = cache.over("v", tts)
        assert.deepStrictEqual(yield* cached.recall!("Hello."), Option.none())
        yield* heardOf(cached, "Hello.")
        assert.deepStrictEqual(yield* cached.recall!("Hello."), Option.some(sound("Hello.")))
        assert.strictEqual(asked.length, 1)
      })
    )

    it.scoped("lets the least recently used go when there is no more room", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 1, disk_mb: 0 })
        const { asked, tts } = voice(0.4 * mebibyte, false)
        const cached = cache.over("v", tts)
        for (const text of ["one", "two", "one", "three", "one", "two"]) yield* cached.synthesize(text)
        assert.deepStrictEqual(asked, ["one", "two", "three", "two"])
      })
    )

    it.scoped("keeps nothing where it is told to", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 0, disk_mb: 0 })
        const { tts } = voice(1000, true)
        assert.strictEqual(cache.over("v", tts), tts)
      })
    )

    it.scoped("knows after a restart what was spoken twice before, within its bounds", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const folder = yield* fs.makeTempDirectoryScoped()
        const place = path.join(folder, "voices")
        const settings = { memory_mb: 1, disk_mb: 1 }
        const { asked, sound, tts } = voice(0.4 * mebibyte, false)

        const before = yield* Scope.make()
        const first = (yield* Scope.extend(open(settings, folder), before)).over("v", tts)
        for (const text of ["one", "one", "two", "two", "once"]) yield* first.synthesize(text)
        yield* untilFiles(place, (names) => names.length === 2)
        yield* Scope.close(before, Exit.void)
        assert.strictEqual(asked.length, 3)

        const second = (yield* open(settings, folder)).over("v", tts)
        assert.deepStrictEqual(yield* second.synthesize("one"), sound("one"))
        assert.strictEqual(asked.length, 3)
        const earlier = yield* fs.readDirectory(place)
        yield* Effect.replicateEffect(second.synthesize("three"), 2)
        const names = yield* untilFiles(
          place,
          (names) => names.length === 2 && names.some((name) => !earlier.includes(name))
        )

        // A file that somebody broke is no sound, and what is not ours stays.
        for (const name of names) yield* fs.writeFileString(path.join(place, name), "broken")
        yield* fs.writeFileString(path.join(place, "notes.txt"), "mine")
        const third = (yield* open(settings, folder)).over("v", tts)
        yield* third.synthesize("one")
        assert.strictEqual(asked.length, 5)
        assert.include(yield* fs.readDirectory(place), "notes.txt")
      })
    )

    it.scoped("keeps on the disk what is said twice, without any memory", () =>
      Effect.gen(function* () {
        const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
        const cache = yield* open({ memory_mb: 0, disk_mb: 1 }, folder)
        const { asked, sound, tts } = voice(1000, true)
        const cached = cache.over("v", tts)
        yield* cached.synthesize("Hello.")
        yield* heardOf(cached, "Hello.")
        yield* untilFiles(`${folder}/voices`, (names) => names.length === 1)
        // It is known of a moment after it is there.
        const heard = yield* Effect.repeat(
          Effect.zipRight(TestServices.provideLive(Effect.sleep(5)), heardOf(cached, "Hello.")),
          { until: ({ length }) => length === 1 }
        )
        assert.deepStrictEqual(heard, [sound("Hello.")])
        const before = asked.length
        yield* heardOf(cached, "Hello.")
        assert.strictEqual(asked.length, before)
      })
    )

    it.scoped("speaks at once what it knows, however slow the disk is", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const begun = yield* Deferred.make<void>()
        const slow = {
          ...fs,
          writeFile: () =>
            Effect.zipRight(Deferred.succeed(begun, undefined), Effect.interruptible(Effect.never))
        }
        const { asked, tts } = voice(1000, false)
        const cached = (yield* Effect.provideService(
          open({ memory_mb: 1, disk_mb: 1 }, folder),
          FileSystem.FileSystem,
          slow
        )).over("v", tts)
        yield* Effect.replicateEffect(cached.synthesize("Hello."), 2)
        yield* Deferred.await(begun)
        const texts = Array.from({ length: 30 }, (_, at) => `phrase ${at}`)
        for (const text of [...texts, ...texts]) yield* cached.synthesize(text)
        assert.strictEqual(asked.length, 31)
      })
    )

    it.scoped("keeps nothing of sound that goes on and on", () =>
      Effect.gen(function* () {
        const cache = yield* open({ memory_mb: 50, disk_mb: 0 })
        const { asked, tts } = voice(9 * mebibyte, true)
        const cached = cache.over("v", tts)
        for (let time = 0; time < 2; time++) yield* cached.stream!("Hello.", () => Effect.void)
        assert.strictEqual(asked.length, 2)
      })
    )

    it.scoped("removes drafts that a crash has left, and passes by what has vanished", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const place = `${folder}/voices`
        yield* fs.makeDirectory(place)
        yield* fs.writeFileString(`${place}/${"a".repeat(64)}.wav.4711`, "half")
        yield* fs.symlink(`${folder}/gone`, `${place}/${"b".repeat(64)}.wav`)
        const cached = (yield* open({ memory_mb: 1, disk_mb: 1 }, folder)).over("v", voice(1000, false).tts)
        yield* Effect.replicateEffect(cached.synthesize("Hello."), 2)
        yield* untilFiles(place, (names) => names.length === 2)
        const names = yield* fs.readDirectory(place)
        assert.isFalse(names.some((name) => name.startsWith("a")))
      })
    )

    it.scoped("writes no file that is larger than all of them may be, nor leaves half of one", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const place = `${folder}/voices`
        const begun = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const waiting = {
          ...fs,
          rename: (from: string, to: string) =>
            Deferred.succeed(begun, undefined).pipe(
              Effect.zipRight(Deferred.await(go)),
              Effect.zipRight(fs.rename(from, to))
            )
        }
        const scope = yield* Scope.make()
        const cache = yield* open({ memory_mb: 8, disk_mb: 1 }, folder).pipe(
          Effect.provideService(FileSystem.FileSystem, waiting),
          Scope.extend(scope)
        )
        yield* Effect.replicateEffect(cache.over("v", voice(2 * mebibyte, false).tts).synthesize("large"), 2)
        yield* Effect.replicateEffect(cache.over("v", voice(1000, false).tts).synthesize("small"), 2)
        yield* Deferred.await(begun)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(closing)
        const names = yield* fs.readDirectory(place)
        assert.strictEqual(names.length, 1)
        assert.match(names[0]!, /^[0-9a-f]{64}\.wav$/)
      })
    )

    it.scoped("goes on without a disk that it cannot use", () =>
      Effect.gen(function* () {
        const file = yield* (yield* FileSystem.FileSystem).makeTempFileScoped()
        const cache = yield* open({ memory_mb: 1, disk_mb: 1 }, file)
        const { asked, tts } = voice(1000, false)
        yield* Effect.replicateEffect(cache.over("v", tts).synthesize("Hello."), 3)
        assert.strictEqual(asked.length, 1)
      })
    )
  })
})
