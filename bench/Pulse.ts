import * as Child from "./Child.ts"
import type { Row } from "./Figure.ts"
import * as Numbers from "./Numbers.ts"

/** How long heartbeats took (ms) that were sent to both servers every 10 ms. */
export interface Times {
  readonly ours: ReadonlyArray<number>
  readonly bare: ReadonlyArray<number>
}

/** Somebody whose connection is otherwise idle. */
export interface Pulse {
  /** What has been measured since it was last asked. */
  readonly take: () => Promise<Times>
  readonly stop: () => Promise<void>
}

export const start = async (ours: string, bare: string): Promise<Pulse> => {
  const child = await Child.startSibling("PulseServer.ts", ours, bare)
  return {
    take: async () => {
      const response = await fetch(child.url, { signal: AbortSignal.timeout(10_000) })
      const [own = [], floor = []] = (await response.json()) as ReadonlyArray<ReadonlyArray<number>>
      return { ours: own, bare: floor }
    },
    stop: child.stop
  }
}

/** `p99`: what the 99th percentile is to be at most, in ms. */
export const rows = (when: string, { bare, ours }: Times, p99?: number): ReadonlyArray<Row> =>
  ([0.5, 0.99, 1] as const).map((share) => {
    const value = Numbers.percentile(ours, share)
    return {
      measure: `${when}: heartbeat, ${share === 1 ? "longest" : `p${share * 100}`}`,
      value,
      unit: "ms",
      bare: Numbers.percentile(bare, share),
      ...(p99 !== undefined && share === 0.99
        ? { aim: { text: `at most ${p99} ms`, met: value <= p99 } }
        : {})
    }
  })
