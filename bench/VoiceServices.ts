import { Effect, Exit, Schema, Scope } from "effect"
import type { Pcm } from "../src/audio/Pcm.ts"
import * as Fields from "../src/config/Fields.ts"
import { TtsConfig } from "../src/config/TtsConfig.ts"
import * as ServiceServer from "../test/support/ServiceServer.ts"
import * as WyomingServer from "../test/support/WyomingServer.ts"
import * as AzureVoice from "../test/tts/contracts/AzureVoice.ts"
import * as BarkVoice from "../test/tts/contracts/BarkVoice.ts"
import * as CartesiaVoice from "../test/tts/contracts/CartesiaVoice.ts"
import { bytesOf, inChunks } from "../test/tts/contracts/Contract.ts"
import type { Contract } from "../test/tts/contracts/Contract.ts"
import * as CoquiVoice from "../test/tts/contracts/CoquiVoice.ts"
import * as CosyVoice from "../test/tts/contracts/CosyVoice.ts"
import * as EdgeVoice from "../test/tts/contracts/EdgeVoice.ts"
import * as ElevenLabsVoice from "../test/tts/contracts/ElevenLabsVoice.ts"
import * as FishVoice from "../test/tts/contracts/FishVoice.ts"
import * as GptSovitsVoice from "../test/tts/contracts/GptSovitsVoice.ts"
import * as MeloVoice from "../test/tts/contracts/MeloVoice.ts"
import * as MiniMaxVoice from "../test/tts/contracts/MiniMaxVoice.ts"
import * as OpenAiVoice from "../test/tts/contracts/OpenAiVoice.ts"
import * as SiliconFlowVoice from "../test/tts/contracts/SiliconFlowVoice.ts"
import * as SparkVoice from "../test/tts/contracts/SparkVoice.ts"
import * as XVoice from "../test/tts/contracts/XVoice.ts"
import type { Engine } from "./Server.ts"

/** A service of this machine that is asked for speech, and the voice that asks it. */
export interface VoiceService {
  readonly engine: Engine
  readonly close: () => Promise<void>
}

const contracts: Readonly<Record<string, Contract>> = {
  openai_tts: OpenAiVoice.contract,
  azure_tts: AzureVoice.contract,
  elevenlabs_tts: ElevenLabsVoice.contract,
  cartesia_tts: CartesiaVoice.contract,
  siliconflow_tts: SiliconFlowVoice.contract,
  fish_api_tts: FishVoice.contract,
  minimax_tts: MiniMaxVoice.contract,
  edge_tts: EdgeVoice.contract,
  gpt_sovits_tts: GptSovitsVoice.contract,
  x_tts: XVoice.contract,
  coqui_tts: CoquiVoice.contract,
  bark_tts: BarkVoice.contract,
  cosyvoice2_tts: CosyVoice.cosyVoice2,
  cosyvoice_tts: CosyVoice.cosyVoice,
  melo_tts: MeloVoice.contract,
  spark_tts: SparkVoice.contract
}

/**
 * ms before an answer begins, less than any real service needs: by then the turn has read the end of the model's answer, whose
 * time is not the voice's.
 */
const delayMs = 25
/** ms between the chunks of an answer: faster than it is played, and one after the other, as services send it. */
const pauseMs = 4
const chunks = 4
const wordMs = 300
const chunkMs = 500
const sampleRate = 24_000

/** Words with pauses between them. Each chunk of an answer has one of each, so that the first piece can be cut from the first chunk. */
const sound: Pcm = {
  samples: Int16Array.from({ length: (chunks * chunkMs * sampleRate) / 1000 }, (_, at) => {
    const isWord = ((at * 1000) / sampleRate) % chunkMs < wordMs
    return isWord ? Math.round(9000 * Math.sin((2 * Math.PI * 300 * at) / sampleRate)) : 0
  }),
  sampleRate
}

type Start = (onSound: () => void) => Promise<VoiceService>

const started =
  (name: string, { answer, config, firstSound = 0, listen = ServiceServer.listen }: Contract): Start =>
  async (onSound) => {
    const given = {
      ...answer(sound),
      delayMs,
      pauseMs,
      onChunk: (index: number) => {
        if (index === firstSound) onSound()
      }
    }
    const { close, log, url } = await listen(() => {
      log.length = 0
      return given
    })
    // What is secret comes out blanked, and the service does not look at it.
    const encoded = Schema.encodeSync(Fields.section(TtsConfig))(config(url)) as Readonly<
      Record<string, unknown>
    >
    return { engine: { name, settings: encoded[name] as NonNullable<Engine["settings"]> }, close }
  }

const wyoming: Start = async (onSound) => {
  const scope = await Effect.runPromise(Scope.make())
  const format = { rate: sampleRate, width: 2, channels: 1 }
  const parts = inChunks(bytesOf(sound), chunks)
  const speak = ({ send }: WyomingServer.Connection) => {
    send("audio-start", { ...format, timestamp: null })
    const next = (index: number) => {
      if (index === 0) onSound()
      send("audio-chunk", format, parts[index])
      if (index + 1 < parts.length) setTimeout(next, pauseMs, index + 1)
      else send("audio-stop", { timestamp: null })
    }
    setTimeout(next, delayMs, 0)
  }
  const server = await Effect.runPromise(
    WyomingServer.serve({ voices: ["joe"] }, ({ type }, connection) => {
      if (type === "synthesize") speak(connection)
    }).pipe(Scope.extend(scope))
  )
  return {
    engine: { name: "wyoming_tts", settings: { uri: server.uri } },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

/** All voices that ask a service, by name. `onSound` is called right before the first chunk of sound of an answer is sent. */
export const all: Readonly<Record<string, Start>> = {
  ...Object.fromEntries(Object.entries(contracts).map(([name, contract]) => [name, started(name, contract)])),
  wyoming_tts: wyoming
}
