/**
 * Loaded before the conformance suite of MCP, which asks `fs` for `globSync` although only its report over many runs uses it;
 * Node 20 has none.
 */
import { register } from "node:module"

const fs = `data:text/javascript,${encodeURIComponent(
  'export * from "node:fs"; export { default } from "node:fs"; export const globSync = () => []'
)}`

register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (specifier, context, next) =>
      specifier === "fs" && context.parentURL?.includes("/@modelcontextprotocol/conformance/")
        ? { url: ${JSON.stringify(fs)}, format: "module", shortCircuit: true }
        : next(specifier, context)
  `)}`
)
