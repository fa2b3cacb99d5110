/** Whether a value of JSON has objects or lists within one another to more than `depth` levels; it looks no deeper. */
export const isMoreThan = (value: unknown, depth: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (depth === 0 || Object.values(value).some((inner) => isMoreThan(inner, depth - 1)))
