import { createHash } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import { Clock, DateTime, Duration, Effect, Option, ParseResult, Schema, Stream } from "effect"
import * as Advice from "./Advice.ts"
import * as Folder from "./Folder.ts"
import * as FolderLock from "./FolderLock.ts"
import * as PartFile from "./PartFile.ts"
import * as PiperModel from "./recipes/PiperModel.ts"
import * as RecipeThread from "./recipes/RecipeThread.ts"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** A piper voice as sherpa-onnx loads it. Paths are absolute. */
export interface PiperVoice {
  readonly model: string
  readonly tokens: string
  /** Hz. */
  readonly sampleRate: number
  /** How many speakers it has; they are numbered from 0. */
  readonly speakers: number
  /** As the voice calls it, such as `en_US`, or else as eSpeak NG does, such as `en-us`. */
  readonly language: string
}

/** The voice cannot be used. `message` is fit for a client: it names no folder. */
export class PiperVoiceUnusable extends Schema.TaggedError<PiperVoiceUnusable>()("PiperVoiceUnusable", {
  /** The name of its file. */
  voice: Schema.String,
  /** A clause without a full stop. */
  reason: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("models.voiceUnusable", this.voice, this.reason, this.advice)
  }

  override get message(): string {
    return english(this.words)
  }
}

type Reads = FileSystem.FileSystem | Path.Path

const fetchBoth = say("models.fetchBoth")

const longest = 200

/** The first problem that a schema found, in one line. */
const problemOf = (error: ParseResult.ParseError): string => {
  const [first] = ParseResult.ArrayFormatter.formatErrorSync(error)
  if (first === undefined) return "it is not as it should be"
  const line = first.message.replaceAll(/\s+/g, " ").slice(0, longest)
  return first.path.length === 0 ? line : `${first.path.map(String).join(".")}: ${line}`
}

const short = (...parts: ReadonlyArray<string | number>): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12)

/** Reads and checks what lies beside the voice. */
const configOf = Effect.fnUntraced(function* (
  file: string,
  voice: string
): Effect.fn.Return<PiperModel.SpokenConfig, PiperVoiceUnusable, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const unusable = (reason: Words, advice: Words, cause?: unknown) =>
    new PiperVoiceUnusable({ voice, reason, advice, cause })
  const text = yield* Effect.mapError(fs.readFileString(file), (cause) =>
    cause._tag === "SystemError" && cause.reason === "NotFound"
      ? unusable(say("models.voiceFileMissing", `${voice}.json`), say("models.besideVoice"))
      : unusable(say("models.voiceFileUnreadable", `${voice}.json`), fetchBoth, cause)
  )
  const config = yield* Effect.mapError(Schema.decode(PiperModel.fromJson)(text), (cause) =>
    unusable(say("models.voiceFileBroken", `${voice}.json`, problemOf(cause)), fetchBoth, cause)
  )
  return PiperModel.isSpoken(config)
    ? config
    : yield* unusable(say("models.notEspeak", config.phoneme_type), say("models.espeakVoice"))
})

/** A text that is another one as soon as the file is. */
const stampOf = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(file)).pipe(
    Effect.filterOrFail(
      (info) => info.type === "File",
      () => "no file" as const
    ),
    Effect.map(({ mtime, size }) => ({ size, text: `${size} ${Option.getOrUndefined(mtime)?.getTime()}` }))
  )

/** Kept as long as an engine may start anew with it, though its voice has been replaced or removed meanwhile. */
const unusedFor = Duration.days(30)

/** Removes the conversions that nobody has used for long. */
const forget = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const oldest = (yield* Clock.currentTimeMillis) - Duration.toMillis(unusedFor)
  const names = (yield* fs.readDirectory(home)).filter((name) => path.extname(name) !== ".lock")
  yield* Effect.forEach(names, (name) =>
    Effect.gen(function* () {
      const { mtime } = yield* fs.stat(path.join(home, name))
      if (Option.exists(mtime, (used) => used.getTime() < oldest))
        yield* fs.remove(path.join(home, name), { recursive: true })
    }).pipe(Effect.ignoreLogged)
  )
})

/**
 * Makes a piper voice of the user's own ready for sherpa-onnx: `file` is the absolute path of its `.onnx`, the
 * `.onnx.json` lies beside it. It is converted once, into `<models folder>/converted/`; a conversion
 * that nobody has used for 30 days is removed. The voice's own files stay as they are.
 */
export const prepare = Effect.fn("PiperVoice.prepare")(function* (
  modelsFolder: string,
  file: string,
  freeSpace: (folder: string) => Effect.Effect<number>
): Effect.fn.Return<PiperVoice, PiperVoiceUnusable, Reads> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const voice = path.basename(file)
  const config = `${file}.json`
  const unusable = (reason: Words, advice: Words) => (cause?: unknown) =>
    new PiperVoiceUnusable({ voice, reason, advice, cause })

  const missing = unusable(say("models.noFile"), say("models.checkPath"))
  const stamp = yield* Effect.mapError(stampOf(file), missing)
  const settings = yield* configOf(config, voice)
  const configStamp = yield* Effect.mapError(stampOf(config), missing)

  const home = path.join(modelsFolder, "converted")
  const family = `${path.basename(file, ".onnx").replaceAll(/[^\w.-]/g, "_")}-${short(file)}`
  const name = `${family}-${short(stamp.text, configStamp.text)}`
  const folder = path.join(home, name)
  const ready: PiperVoice = {
    model: path.join(folder, "model.onnx"),
    tokens: path.join(folder, "tokens.txt"),
    sampleRate: settings.audio.sample_rate,
    speakers: settings.num_speakers,
    language: settings.language?.code ?? settings.espeak.voice
  }

  const unwritable = (cause: unknown) => {
    const { advice = Advice.otherFolder, reason } = PartFile.unwritable(cause, Number(stamp.size))
    return unusable(reason, advice)(cause)
  }
  const convert = Effect.gen(function* () {
    yield* Folder.make(home)
    if ((yield* freeSpace(home)) < Number(stamp.size)) return yield* unwritable({ code: "ENOSPC" })
    const work = path.join(home, `${family}.work`)
    yield* FolderLock.hold(path.join(home, `${family}.lock`), Effect.logInfo(`${voice} is being converted`))
    // Another process may have done it.
    if (yield* fs.exists(folder)) return
    const clear = fs.remove(work, { recursive: true, force: true })
    yield* Effect.acquireRelease(Effect.zipRight(clear, fs.makeDirectory(work)), () =>
      Effect.ignoreLogged(clear)
    )
    yield* Effect.logInfo(`Converting the voice ${voice}`)
    yield* Stream.runDrain(RecipeThread.run({ type: "piper", folder: work, model: file, config }))
    yield* fs.rename(work, folder)
    yield* forget(home)
  }).pipe(
    Effect.scoped,
    Effect.catchTags({
      BadArgument: (cause) => Effect.fail(unwritable(cause)),
      SystemError: (cause) => Effect.fail(unwritable(cause)),
      ConversionFailed: (error) =>
        Effect.fail(error.code === undefined ? unusable(error.reason, fetchBoth)(error) : unwritable(error))
    })
  )
  if (!(yield* Effect.mapError(fs.exists(folder), unwritable))) yield* convert
  const now = yield* DateTime.nowAsDate
  // Not everyone who may read it may write.
  yield* Effect.ignore(fs.utimes(folder, now, now))
  return ready
})
