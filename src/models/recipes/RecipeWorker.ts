import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parentPort } from "node:worker_threads"
import * as Schema from "effect/Schema"
import * as ErrorCode from "../ErrorCode.ts"
import { Ct2Weights } from "./Ct2Weights.ts"
import * as PiperModel from "./PiperModel.ts"
import type { Job, Said } from "./RecipeThread.ts"
import * as WhisperDecoder from "./WhisperDecoder.ts"
import * as WhisperEncoder from "./WhisperEncoder.ts"
import { dimensionsOf } from "./WhisperLayers.ts"
import * as WhisperTokens from "./WhisperTokens.ts"
import * as Priority from "../../supervision/Priority.ts"

const say = (said: Said): void => parentPort!.postMessage(said, [])

const write = (folder: string, name: string, ...pieces: ReadonlyArray<Uint8Array | string>): void => {
  const hash = createHash("sha256")
  let size = 0
  for (const [index, piece] of pieces.entries()) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece
    hash.update(bytes)
    size += bytes.length
    writeFileSync(join(folder, name), bytes, { flag: index === 0 ? "wx" : "a" })
  }
  say({ type: "made", name, size, sha256: hash.digest("hex") })
}

const makeWhisper = ({
  folder,
  tokenizer,
  weights
}: Extract<Job, { readonly type: "ct2-whisper" }>): void => {
  const tokens = WhisperTokens.read(readFileSync(tokenizer, "utf8"))
  const model = new Ct2Weights(Buffer.concat(weights.map((file) => readFileSync(file))))
  const dimensions = dimensionsOf(model)
  const metadata = WhisperTokens.metadataOf(tokens, dimensions)
  write(folder, "encoder.onnx", WhisperEncoder.encode(model, dimensions, metadata))
  write(folder, "decoder.onnx", WhisperDecoder.encode(model, dimensions))
  write(folder, "tokens.txt", WhisperTokens.textOf(tokens))
}

const makePiper = ({ config, folder, model }: Extract<Job, { readonly type: "piper" }>): void => {
  const settings = Schema.decodeSync(PiperModel.fromJson)(readFileSync(config, "utf8"))
  if (!PiperModel.isSpoken(settings)) throw new Error("it does not speak by eSpeak NG")
  const voice = readFileSync(model)
  const appendix = PiperModel.appendix(voice, settings)
  if (appendix === undefined) throw new Error("it is no ONNX model")
  write(folder, "model.onnx", voice, appendix)
  write(folder, "tokens.txt", PiperModel.tokensOf(settings))
}

Priority.lowerThread()
parentPort!.once("message", (job: Job) => {
  try {
    if (job.type === "piper") makePiper(job)
    else makeWhisper(job)
    say({ type: "done" })
  } catch (error) {
    say({
      type: "problem",
      reason: error instanceof Error ? error.message : String(error),
      code: ErrorCode.ofSystem(error)
    })
  }
})
