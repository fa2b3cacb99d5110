/** What the system and PostgreSQL call a connection that is not to be had, or is lost. */
const codes =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|08\w{3}|57P0[1-3]|53300)$/u
/** What the driver says where there is no code. */
const words =
  /^(?:Connection terminated|Connection error|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error)/u

/** Whether a failure of the database is that it cannot be reached. An SQLite file can always. */
export const is = (cause: unknown): boolean => {
  if (!(cause instanceof Error)) return false
  const { code } = cause as { readonly code?: unknown }
  if (typeof code === "string" && codes.test(code)) return true
  return words.test(cause.message) || is(cause.cause)
}
