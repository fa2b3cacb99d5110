import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { WebSocket } from "ws"
import { within } from "./Bounded.ts"

const answerTime = 20_000

/** Bytes. */
export interface Memory {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
}

/** What a process that was started with `--inspect` tells about itself; it needs no code of its own for that. */
export interface Inspector {
  /** CPU time used so far by all threads, in ms. */
  readonly cpu: () => Promise<number>
  /** What is in use after garbage has been collected. */
  readonly settledMemory: () => Promise<Memory>
  /** How many JavaScript objects there are after garbage has been collected; compiled code is none. */
  readonly objects: () => Promise<number>
}

/** `url`: `ws://...`, as the process prints it. A process waits at its end for whoever is connected, so nobody stays. */
export const make = (url: string): Inspector => {
  const session = async <A>(use: (ask: Ask) => Promise<A>): Promise<A> => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    try {
      await within(answerTime, "connecting to the inspector", once(socket, "open"))
      return await use((method, params = {}) => within(answerTime, method, ask(socket, method, params)))
    } finally {
      socket.terminate()
    }
  }
  return {
    cpu: () =>
      session(async (ask) => {
        const { user, system } = await evaluate<NodeJS.CpuUsage>(ask, "process.cpuUsage()")
        return (user + system) / 1000
      }),
    settledMemory: () =>
      session(async (ask) => {
        for (let round = 0; round < 3; round++) {
          await ask("HeapProfiler.collectGarbage")
          // Finalizers run between collections.
          await sleep(100)
        }
        return evaluate<Memory>(ask, "process.memoryUsage()")
      }),
    objects: () =>
      session(async (ask) => {
        const prototype = await ask("Runtime.evaluate", { expression: "Object.prototype" })
        const found = await ask("Runtime.queryObjects", {
          prototypeObjectId: prototype.result?.result?.objectId
        })
        const counted = await ask("Runtime.callFunctionOn", {
          objectId: found.result?.objects?.objectId,
          functionDeclaration: "function () { return this.length }",
          returnByValue: true
        })
        return counted.result?.result?.value as number
      })
  }
}

interface Answer {
  readonly error?: { readonly message: string }
  readonly result?: {
    readonly result?: { readonly value?: unknown; readonly objectId?: string }
    readonly objects?: { readonly objectId?: string }
  }
}
type Ask = (method: string, params?: object) => Promise<Answer>

const ask = (socket: WebSocket, method: string, params: object) =>
  new Promise<Answer>((resolve, reject) => {
    socket.once("message", (data) => {
      const answer = JSON.parse(String(data)) as Answer
      if (answer.error === undefined) resolve(answer)
      else reject(new Error(`${method}: ${answer.error.message}`))
    })
    socket.send(JSON.stringify({ id: 1, method, params }))
  })

const evaluate = async <A>(ask: Ask, expression: string): Promise<A> => {
  const answer = await ask("Runtime.evaluate", { expression, returnByValue: true })
  return answer.result?.result?.value as A
}
