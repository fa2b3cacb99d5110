import * as Child from "./Child.ts"

/** The stub of the providers, in a process of its own, so that its CPU time is not the server's. */
export const start = (): Promise<Child.Child> => Child.startSibling("ProviderServer.ts")
