import { Effect } from "effect"
import * as fc from "fast-check"
import * as GroupModel from "./GroupModel.ts"
import * as GroupSteps from "./GroupSteps.ts"

interface Options extends Pick<GroupModel.Real, "connect" | "groups" | "run"> {
  readonly maxCommands: number
  readonly numRuns: number
  /** Looks, after each run, whether anything is left of it. */
  readonly nothingLeft: () => Promise<void>
}

/** Tries random steps against the model, run after run; everybody leaves at the end of each. */
export const assertModel = ({ connect, groups, maxCommands, nothingLeft, numRuns, run }: Options) =>
  fc.assert(
    fc.asyncProperty(fc.commands(GroupSteps.commands, { maxCommands, size: "max" }), async (commands) => {
      const real: GroupModel.Real = { groups, connect, guests: new Map(), gone: [], run }
      try {
        const model = GroupModel.model()
        await GroupSteps.setUp(model, real)
        await fc.asyncModelRun(() => ({ model, real }), commands)
      } finally {
        await run(Effect.forEach(real.guests.values(), ({ leave }) => leave))
      }
      await nothingLeft()
    }),
    { numRuns }
  )
