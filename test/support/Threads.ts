/** How many worker threads this process has now. */
export const count = (): number =>
  (process.report.getReport() as unknown as { readonly workers: ReadonlyArray<unknown> }).workers.length
