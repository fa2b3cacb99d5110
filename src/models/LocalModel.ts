import type { CatalogueEntry } from "./Catalogue.ts"
import type { Files } from "./Placement.ts"

/** A model whose files are all on this machine. Paths are absolute. */
export interface Model {
  /** The catalogue's id, or the file's name if it is not from the catalogue. */
  readonly id: string
  readonly name: string
  /** Its first file, or its folder if it has no file. */
  readonly path: string
  /** Its files and folders by name. */
  readonly files: Files
  /** How its engine loads it, as in the catalogue, with paths in place of names. */
  readonly engine: Readonly<Record<string, string>>
  /** What it needs beside, by id. */
  readonly needs: Readonly<Record<string, Model>>
}

export const ofEntry = (entry: CatalogueEntry, files: Files, needs: ReadonlyArray<Model>): Model => ({
  id: entry.id,
  name: entry.name,
  path: [...entry.files, ...entry.folders].map(({ name }) => files[name]!)[0]!,
  files,
  engine: Object.fromEntries(
    Object.entries(entry.engine).map(([key, value]) => [key, files[value] ?? value])
  ),
  needs: Object.fromEntries(needs.map((model) => [model.id, model]))
})

/** A file that is no part of the catalogue. */
export const ofFile = (name: string, path: string): Model => ({
  id: name,
  name,
  path,
  files: { [name]: path },
  engine: {},
  needs: {}
})
