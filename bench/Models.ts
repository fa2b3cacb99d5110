import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Server from "./Server.ts"

/** What the engines that are measured load: names of the catalogue. */
const models = ["whisper-tiny.en", "whisper-base", "piper-joe"]

/** Fetches them into the usual folder, unless they are there. */
export const pull = async (): Promise<void> => {
  await promisify(execFile)(
    process.execPath,
    [join(Server.root, "dist", "main.js"), "models", "pull", ...models],
    {
      cwd: Server.root,
      timeout: 10 * 60_000,
      killSignal: "SIGKILL"
    }
  )
}

const whisper = (model: string): Server.Engine => ({
  name: "sherpa_onnx_asr",
  settings: { model, language: "en" }
})

export const whisperTiny = whisper("whisper-tiny.en")
export const whisperBase = whisper("whisper-base")
export const piper: Server.Engine = { name: "piper_tts", settings: { model_path: "piper-joe" } }
export const flite: Server.Engine = { name: "flite_tts" }
export const silero: Server.Engine = { name: "silero_vad" }
