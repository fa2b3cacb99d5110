/** A list of what has come, whose length can be waited for. */
export class Arrivals<A> extends Array<A> {
  // What is made of it is an ordinary list.
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly #waiting = new Set<() => void>()

  override push(...items: ReadonlyArray<A>): number {
    const length = super.push(...items)
    for (const look of this.#waiting) look()
    return length
  }

  /** Settles when so many have come. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.length < count) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}
