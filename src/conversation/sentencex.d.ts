declare module "sentencex" {
  /** Cuts `text` into sentences, white space included: joined they are the text. `language`: ISO 639-1. */
  export const segment: (language: string, text: string) => Array<string>
}
