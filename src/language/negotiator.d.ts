declare module "negotiator" {
  /** What a client would rather have, by the headers of its request. */
  export default class Negotiator {
    constructor(request: { readonly headers: Readonly<Record<string, string | undefined>> })
    /** Those of `available` that the client takes, the best first. */
    languages(available: ReadonlyArray<string>): Array<string>
  }
}
