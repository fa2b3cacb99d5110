import { Context } from "effect"
import type { Duration } from "effect"

/** Limits of one connection. */
export class EdgeLimits extends Context.Reference<EdgeLimits>()("seiyuu/server/EdgeLimits", {
  defaultValue: () => ({
    /** Messages that wait for a client before whoever sends has to wait too. */
    outbox: 64,
    /** How long one message may take to leave for the client's side. */
    writeTime: "30 seconds" as Duration.DurationInput,
    /** How often a client is pinged; one that has not answered by the next time is dropped. */
    pingInterval: "20 seconds" as Duration.DurationInput,
    /** How long an upload may go without a byte before it is given up. */
    uploadPause: "30 seconds" as Duration.DurationInput
  })
}) {}
