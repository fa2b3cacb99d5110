/**
 * Lint rules that keep every fiber owned and every effect typed. See docs/architecture.md.
 */
const isMember = (node, object, test) =>
  node.type === "MemberExpression" &&
  node.object.type === "Identifier" &&
  object.includes(node.object.name) &&
  node.property.type === "Identifier" &&
  test(node.property.name)

const rule = (description, visitors) => ({
  meta: { type: "problem", docs: { description } },
  create: (context) => visitors((node, message) => context.report({ node, message }))
})

export default {
  meta: { name: "supervision" },
  rules: {
    "no-run": rule("effects are run only by main, the socket edge and worker entries", (report) => ({
      MemberExpression: (node) => {
        if (
          isMember(node, ["Effect", "Runtime", "NodeRuntime", "Stream", "ManagedRuntime"], (name) =>
            /^run(Promise|PromiseExit|Sync|SyncExit|Fork|Callback|Main)$/.test(name)
          )
        )
          report(
            node,
            "Run effects only in main.ts, the socket edge or a worker's entry: return the effect instead."
          )
      }
    })),
    "no-fork-daemon": rule("no fiber without an owner", (report) => ({
      MemberExpression: (node) => {
        if (
          isMember(node, ["Effect", "Stream", "Fiber"], (name) =>
            /^forkDaemon|^forkWithErrorHandler$/.test(name)
          )
        ) {
          report(
            node,
            "A daemon fiber has no owner: use forkScoped, forkIn, FiberSlot, FiberMap or FiberSet."
          )
        }
      }
    })),
    "no-bare-async": rule("asynchrony goes through Effect", (report) => ({
      ImportDeclaration: (node) => {
        if (/^(node:)?timers(\/promises)?$/.test(node.source.value)) {
          report(node, "Use Effect.sleep or a Schedule instead of Node's timers.")
        }
      },
      NewExpression: (node) => {
        if (node.callee.type === "Identifier" && node.callee.name === "Promise") {
          report(node, "Use Effect.async instead of a bare Promise.")
        }
      },
      CallExpression: (node) => {
        if (
          node.callee.type === "Identifier" &&
          ["setTimeout", "setInterval", "setImmediate"].includes(node.callee.name)
        ) {
          report(
            node,
            "Use Effect.sleep or a Schedule: timers outside Effect ignore interruption and TestClock."
          )
        }
      }
    })),
    "no-barrel": rule("no file that only re-exports", (report) => ({
      ExportAllDeclaration: (node) => report(node, "No barrels: import the module that owns the name."),
      ExportNamedDeclaration: (node) => {
        if (node.source) report(node, "No barrels: import the module that owns the name.")
      }
    }))
  }
}
