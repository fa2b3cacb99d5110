import type * as Undici from "@effect/platform-node/Undici"

/** Bytes that may wait to be read; then the server is held up. */
const most = 64 * 1024

type Controller = Undici.Dispatcher.DispatchController

/** How an answer begins. */
export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
}

/** A whole answer, or why there is none. */
export interface End {
  readonly isComplete: boolean
  readonly cause?: unknown
}

export interface Request extends Omit<Undici.Dispatcher.DispatchOptions, "origin" | "path"> {
  readonly url: string | URL
}

/**
 * One request to a server and its answer. `Undici.request` makes a Node stream of each answer: that takes several times as
 * long as to read a short one. Whoever reads looks at what there is, or waits until there is something (`when`).
 */
export class HttpExchange implements Undici.Dispatcher.DispatchHandler {
  readonly #ended: () => void
  readonly #chunks: Array<Uint8Array> = []
  #size = 0
  #controller: Controller | undefined
  #head: Head | undefined
  #end: End | undefined
  #told: (() => void) | undefined

  constructor(ended: () => void) {
    this.#ended = ended
  }

  /** `undefined` until the answer begins. */
  get head(): Head | undefined {
    return this.#head
  }

  /** How it has ended, once all that came was taken. */
  get end(): End | undefined {
    return this.#chunks.length > 0 ? undefined : this.#end
  }

  /** The next bytes of the body, if some have come that were not taken. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.#size -= chunk.length
    if (this.end !== undefined) this.#ended()
    // More may come at once.
    else if (this.#size < most && this.#controller?.paused === true) this.#controller.resume()
    return chunk
  }

  /** Gives what `find` finds in any of these, as soon as it finds something. One caller at a time. */
  when<A>(find: () => A | undefined, give: (found: A) => void): void {
    const found = find()
    if (found === undefined) this.#told = () => this.when(find, give)
    else give(found)
  }

  /** Ends it with this failure, unless it has ended: what was not taken is dropped. */
  abort(reason: Error): void {
    if (this.end !== undefined) return
    this.#chunks.length = 0
    const controller = this.#controller
    this.#finish({ isComplete: false, cause: reason })
    controller?.abort(reason)
  }

  onRequestStart(controller: Controller): void {
    if (this.#end === undefined) this.#controller = controller
    else controller.abort(this.#end.cause as Error)
  }

  onResponseStart(_: Controller, status: number, headers: Head["headers"]): void {
    if (status < 200) return
    this.#head = { status, headers }
    this.#news()
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#end !== undefined) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= most) controller.pause()
    this.#news()
  }

  onResponseEnd(): void {
    if (this.#end === undefined) this.#finish({ isComplete: true })
  }

  onResponseError(_: Controller | undefined, cause: unknown): void {
    if (this.#end === undefined) this.#finish({ isComplete: false, cause })
  }

  #finish(end: End): void {
    this.#end = end
    // It holds the bytes of the header, and with them all that came at once with those.
    this.#controller = undefined
    if (this.end !== undefined) this.#ended()
    this.#news()
  }

  #news(): void {
    const told = this.#told
    this.#told = undefined
    told?.()
  }
}

/** Sends a request. What is wrong with it comes as a failure of the answer. `ended` is called when `end` is there. */
export const begin = (
  dispatcher: Undici.Dispatcher,
  { url, ...options }: Request,
  ended: () => void = () => {}
): HttpExchange => {
  const exchange = new HttpExchange(ended)
  try {
    const { origin, pathname, search } = new URL(url)
    dispatcher.dispatch({ ...options, origin, path: pathname + search }, exchange)
  } catch (cause) {
    exchange.onResponseError(undefined, cause)
  }
  return exchange
}
