import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Config, Effect, Option } from "effect"
import type { PiperTtsConfig } from "../config/LocalTtsConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as EngineFiles from "../engine/EngineFiles.ts"
import * as Threads from "../engine/Threads.ts"
import * as Advice from "../models/Advice.ts"
import * as SherpaEngine from "./SherpaEngine.ts"
import * as SherpaFiles from "./SherpaFiles.ts"
import type { Services } from "./SherpaTts.ts"
import * as SherpaVoice from "./SherpaVoice.ts"
import type { Tts } from "./Tts.ts"
import * as VoiceStore from "./VoiceStore.ts"
import { say } from "../language/Text.ts"

const engine = "piper_tts"
const place: EngineFiles.Place = { kind: "tts", engine, section: `tts_config.${engine}` }

const advice = say("speech.checkPiper")

/** The environment's folder for those who have espeak-ng's data anyway. */
export const environmentData = Effect.orDie(Config.option(Config.nonEmptyString("PIPER_ESPEAK_DATA")))

const dataFolder = ({ folder, store }: Services, config: PiperTtsConfig) =>
  Effect.gen(function* () {
    const configured = config.espeak_data_dir?.trim() ?? ""
    if (configured !== "") {
      const own = resolve(folder, configured)
      yield* EngineFiles.check(place, "espeak_data_dir", own, "folder")
      return own
    }
    const given = yield* environmentData
    if (Option.isNone(given)) return yield* VoiceStore.espeakData(store, place)
    yield* EngineFiles.check({ ...place, section: "environment" }, "PIPER_ESPEAK_DATA", given.value, "folder")
    return given.value
  })

/** Whether it is a file, and no voice of the catalogue. */
const isOwn = (wanted: string) => wanted.trim().toLowerCase().endsWith(".onnx")

/** The voice's files, by the keys of `sherpa_onnx_tts`. */
const keysOf = (services: Services, config: PiperTtsConfig) =>
  Effect.gen(function* () {
    const { folder, store } = services
    const wanted = config.model_path.trim()
    if (!isOwn(wanted)) return yield* VoiceStore.keysOf(store, place, "model_path", wanted)
    const path = resolve(folder, wanted)
    for (const file of [path, `${path}.json`]) yield* EngineFiles.check(place, "model_path", file)
    const { model, tokens } = yield* VoiceStore.piperVoice(store, place, path)
    return { vits_model: model, vits_tokens: tokens, vits_data_dir: yield* dataFolder(services, config) }
  })

/** The engine for the pool: one for all speakers, speeds and volumes of a voice. */
export const spec = (services: Services, config: PiperTtsConfig): EngineSpec<SherpaEngine.SherpaEngine> => {
  const { espeak_data_dir, max_concurrency, model_path, noise_scale, noise_w, use_cuda } = config
  const shared = { model_path, espeak_data_dir, noise_scale, noise_w, use_cuda, max_concurrency }
  return {
    kind: "tts",
    id: `${engine}:${JSON.stringify(shared)}`,
    load: Effect.gen(function* () {
      const voice = SherpaVoice.choose(yield* keysOf(services, config), (path) => path)
      if ("_tag" in voice) return yield* EngineFiles.wrong(place, "model_path", say("speech.noPiper"), advice)
      yield* SherpaFiles.check(place, voice, [])
      return yield* SherpaEngine.open({
        engine,
        advice: isOwn(model_path) ? advice : Advice.damaged(model_path.trim()),
        load: {
          voice,
          ruleFsts: [],
          noise: { scale: noise_scale, scaleW: noise_w },
          provider: use_cuda ? "cuda" : "cpu",
          threads: Threads.atMost(1),
          debug: false,
          places: max_concurrency
        }
      })
    }).pipe(Effect.provideService(FileSystem.FileSystem, services.fs))
  }
}

/** One session's voice. */
export const voice = (
  piper: SherpaEngine.SherpaEngine,
  config: PiperTtsConfig
): Effect.Effect<Tts, EngineUnavailable> => {
  const { length_scale, normalize_audio, speaker_id, volume } = config
  if (speaker_id < 0 || speaker_id >= piper.speakers) {
    const last = piper.speakers - 1
    const advice = last === 0 ? say("speech.onlySpeaker") : say("speech.speakers", last)
    return Effect.fail(EngineFiles.wrong(place, "speaker_id", say("speech.noSpeaker", speaker_id), advice))
  }
  return Effect.succeed(
    piper.voice({ sid: speaker_id, speed: 1 / length_scale, normalize: normalize_audio, volume })
  )
}
