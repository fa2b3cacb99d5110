/** The part of the library that hears keywords; it comes without types. */
declare module "sherpa-onnx-node/keyword-spotter.js" {
  import type { OnlineStream } from "sherpa-onnx-node/streaming-asr.js"

  export class KeywordSpotter {
    /** Ends the process if a model is none that it can use, or a keyword has tokens that the model lacks. */
    constructor(config: object)
    createStream(): OnlineStream
    isReady(stream: OnlineStream): boolean
    decode(stream: OnlineStream): void
    /** `keyword` is "" while none has been heard. Times are in seconds. */
    getResult(stream: OnlineStream): {
      readonly keyword: string
      readonly start_time?: number
      readonly timestamps?: ReadonlyArray<number>
    }
  }
}
