/** The part of the library's recognisers that is used here; the library comes without types. */
declare module "sherpa-onnx-node/non-streaming-asr.js" {
  export interface OfflineStream {
    acceptWaveform(sound: { readonly sampleRate: number; readonly samples: Float32Array }): void
  }
  export class OfflineRecognizer {
    /** Loads off the event loop. Ends the process if a model's metadata is not what its type needs. */
    static createAsync(config: object): Promise<OfflineRecognizer>
    createStream(): OfflineStream
    setConfig(config: object): void
    decodeAsync(stream: OfflineStream): Promise<{ readonly text: string }>
  }
}

declare module "sherpa-onnx-node/streaming-asr.js" {
  export interface OnlineStream {
    acceptWaveform(sound: { readonly sampleRate: number; readonly samples: Float32Array }): void
    inputFinished(): void
  }
  export class OnlineRecognizer {
    constructor(config: object)
    createStream(): OnlineStream
    isReady(stream: OnlineStream): boolean
    decode(stream: OnlineStream): void
    getResult(stream: OnlineStream): { readonly text: string }
  }
}
