/** The same names with the same parameters, in another language. A file that lacks one does not compile. */
export type Translated<Area> = {
  readonly [Name in keyof Area]: Area[Name] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : string
}
