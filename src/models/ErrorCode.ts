/** The system's code deep inside a failure, such as `ECONNREFUSED`. */
export const of = (cause: unknown): string | undefined =>
  typeof cause !== "object" || cause === null
    ? undefined
    : "code" in cause && typeof cause.code === "string"
      ? cause.code
      : "cause" in cause
        ? of(cause.cause)
        : undefined

/** The same, only if it is one of the operating system's, such as `ENOSPC`. */
export const ofSystem = (cause: unknown): string | undefined => {
  const code = of(cause)
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}
