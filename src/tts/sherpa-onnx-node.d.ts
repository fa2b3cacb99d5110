declare module "sherpa-onnx-node" {
  export interface OfflineTtsConfig {
    /** One kind of voice, such as `vits`, with its files; beside it how it is run. */
    readonly model: Readonly<Record<string, unknown>>
    readonly maxNumSentences: number
    /** Paths, separated by commas. */
    readonly ruleFsts?: string
  }

  interface GenerateOptions {
    readonly text: string
    readonly sid: number
    readonly speed: number
    /** Called after each sentence; 0 stops. */
    readonly onProgress: (progress: { readonly samples: Float32Array; readonly progress: number }) => 0 | 1
    /** Samples in memory of the library's own instead of a copy. */
    readonly enableExternalBuffer: boolean
  }

  export class OfflineTts {
    static createAsync(config: OfflineTtsConfig): Promise<OfflineTts>
    readonly numSpeakers: number
    /** Hz. */
    readonly sampleRate: number
    generateAsync(options: GenerateOptions): Promise<{
      /** In [-1, 1]. */
      readonly samples: Float32Array
      readonly sampleRate: number
    }>
  }

  const library: { readonly OfflineTts: typeof OfflineTts }
  export default library
}
