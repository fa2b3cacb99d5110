import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import type { SherpaOnnxTtsConfig } from "../config/LocalTtsConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as EngineFiles from "../engine/EngineFiles.ts"
import * as Threads from "../engine/Threads.ts"
import * as Advice from "../models/Advice.ts"
import * as SherpaEngine from "./SherpaEngine.ts"
import * as SherpaFiles from "./SherpaFiles.ts"
import * as SherpaVoice from "./SherpaVoice.ts"
import type { Tts } from "./Tts.ts"
import * as VoiceStore from "./VoiceStore.ts"
import { say } from "../language/Text.ts"

const engine = "sherpa_onnx_tts"
const place: EngineFiles.Place = { kind: "tts", engine, section: `tts_config.${engine}` }

const advice = say("speech.filesBelongTogether")

export interface Services {
  readonly fs: FileSystem.FileSystem
  readonly store: VoiceStore.VoiceStore
  /** What relative paths start from. */
  readonly folder: string
}

/** The keys that name files, from the catalogue if it is a voice of that. */
const keysOf = ({ store }: Services, config: SherpaOnnxTtsConfig) => {
  const { model } = config
  if (model === undefined || model.trim() === "") return Effect.succeed(config)
  const own = Object.entries(config).find(
    ([key, value]) => /^(vits|matcha|kokoro|kitten)_/.test(key) && typeof value === "string" && value !== ""
  )
  return own === undefined
    ? VoiceStore.keysOf(store, place, "model", model.trim())
    : Effect.fail(unclear({ _tag: "Unclear", key: own[0], reason: say("speech.secondVoice", "model") }))
}

const unclear = ({ key, reason }: SherpaVoice.Unclear) =>
  EngineFiles.wrong(place, key, reason, say("speech.oneVoice"))

/** The engine for the pool: one for all speakers and speeds of a configuration. */
export const spec = (
  services: Services,
  config: SherpaOnnxTtsConfig
): EngineSpec<SherpaEngine.SherpaEngine> => {
  const { sid: _sid, speed: _speed, ...shared } = config
  return {
    kind: "tts",
    id: `${engine}:${JSON.stringify(shared)}`,
    load: Effect.gen(function* () {
      const absolute = (path: string) => resolve(services.folder, path)
      const voice = SherpaVoice.choose({ ...(yield* keysOf(services, config)) }, absolute)
      if ("_tag" in voice) return yield* unclear(voice)
      const ruleFsts = SherpaVoice.pathsOf((config.tts_rule_fsts ?? "").split(","), absolute)
      yield* SherpaFiles.check(place, voice, ruleFsts)
      const { model } = config
      return yield* SherpaEngine.open({
        engine,
        advice: model === undefined || model.trim() === "" ? advice : Advice.damaged(model.trim()),
        load: {
          voice,
          ruleFsts,
          provider: config.provider,
          threads: Threads.atMost(config.num_threads),
          debug: config.debug,
          places: config.max_concurrency
        }
      })
    }).pipe(Effect.provideService(FileSystem.FileSystem, services.fs))
  }
}

/** One session's voice. */
export const voice = (sherpa: SherpaEngine.SherpaEngine, config: SherpaOnnxTtsConfig): Effect.Effect<Tts> => {
  const { sid, speed } = config
  const has = sid >= 0 && sid < sherpa.speakers
  const tts = sherpa.voice({ sid: has ? sid : 0, speed, normalize: false, volume: 1 })
  // Files for Open-LLM-VTuber name speakers that their voice does not have: the default is 1.
  return has || sherpa.speakers === 1
    ? Effect.succeed(tts)
    : Effect.as(
        Effect.logWarning(`${engine}: there is no speaker ${sid} (0 to ${sherpa.speakers - 1}); 0 speaks`),
        tts
      )
}
