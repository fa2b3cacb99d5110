import { Worker } from "node:worker_threads"

/**
 * Starts a worker thread on the module `name` in the folder of the module `from` (an `import.meta.url`). From
 * TypeScript sources (tests, development) the thread reads TypeScript too.
 */
export const start = (name: string, from: string): Worker =>
  from.endsWith(".ts")
    ? new Worker(typescript(new URL(`${name}.ts`, from), from), { eval: true, execArgv: [] })
    : new Worker(new URL(`${name}.js`, from), { execArgv: [] })

/** `--import tsx` does not reach the loader of a worker thread in Node 20; registering tsx in the thread does. */
const typescript = (entry: URL, from: string): string =>
  `require("node:module").register("tsx/esm", ${JSON.stringify(from)}, { data: {} }); import("${entry}")`
