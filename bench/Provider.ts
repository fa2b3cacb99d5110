import * as Child from "./Child.ts"

/** The stub of the providers, in a process of its own, so that its CPU time is not the server's. */
export const start = (): Promise<Child.Child> => Child.startSibling("ProviderServer.ts")

/**
 * How long the first sentence of each answer has been waited for at the providers, in ms, by the mark of its question: from the
 * arrival of the two requests to the first byte of what they are answered. Of what was asked since it was asked last.
 */
export const took = async (provider: string): Promise<ReadonlyMap<string, number>> => {
  const response = await fetch(`${provider}/took`, { signal: AbortSignal.timeout(10_000) })
  return new Map((await response.json()) as ReadonlyArray<[string, number]>)
}
