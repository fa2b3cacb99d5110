/**
 * Makes dist/ of src/: main.js and what it starts by name lie where their sources do, the code that they share in chunks
 * beside main.js. Packages of the hot path are inlined: that loads in half the time of some 1,800 modules. All others
 * are imported from node_modules, as are those with binaries or files of their own.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs"
import { createRequire, isBuiltin } from "node:module"
import { dirname, join, relative, resolve, sep } from "node:path"
import { build } from "esbuild"
import { putWhole } from "./put-whole.mjs"

const source = resolve("src")
const target = resolve("dist")

/** Packages that are inlined, by name or scope. */
const inlined = new Set([
  "effect",
  "@effect",
  "fast-check",
  "find-my-way-ts",
  "ini",
  "mime",
  "msgpackr",
  "multipasta",
  "pure-rand",
  "toml",
  "undici",
  "uuid",
  "yaml",
  "@ai-sdk",
  "eventsource-parser",
  "gpt-tokenizer",
  "lru-cache",
  "zod",
  "@modelcontextprotocol",
  "ajv",
  "ajv-formats",
  "content-type",
  "eventsource",
  "fast-deep-equal",
  "fast-uri",
  "json-schema-traverse",
  "json-schema-typed",
  "pkce-challenge",
  "zod-to-json-schema"
])

/** `@effect/platform` of `@effect/platform/Worker`, or of a path to a file of it. */
const packageOf = (path) => /^(?:.*node_modules[/\\])?((?:@[^/\\]+[/\\])?[^/\\]+)/u.exec(path)[1]
const isInlined = (name) => inlined.has(name) || inlined.has(name.split(/[/\\]/u)[0])
const isInstalled = (path) => relative("", path).includes(`node_modules${sep}`)

const sources = readdirSync(source, { recursive: true })
/** What is started by name has a name that ends with `Worker`. */
const entries = sources.filter((name) => name === "main.ts" || name.endsWith("Worker.ts"))

/** Where in dist/ the module of a file of src/ is. */
const placeOf = (name) => name.replaceAll(sep, "/").replace(/\.ts$/u, ".js")

/** What is wrong with the modules of packages, if they are used. */
const problems = []

/** What `path` is to who imports it, and to dist/, has to be the same: else two versions of a package would mix. */
const checkExternal = (path, importer, how) => {
  if (!isInstalled(importer)) return
  const wrong = (told) => problems.push({ module: relative("", importer), told })
  if (how === "require-call") wrong(`requires ${path}, which is not inlined`)
  const seenFrom = (file) =>
    createRequire(file)
      .resolve.paths(path)
      .map((folder) => join(folder, packageOf(path)))
      .find((folder) => existsSync(folder))
  const [theirs, ours] = [importer, join(target, "main.js")].map((file) => {
    const folder = seenFrom(file)
    return folder && realpathSync(folder)
  })
  if (theirs !== ours) wrong(`finds ${path} at ${theirs}, and dist at ${ours}`)
}

const packages = {
  name: "packages",
  setup: ({ onLoad, onResolve }) => {
    // A module of dist/ has no `require`, which CommonJS wants for Node's own modules.
    onResolve({ filter: /^seiyuu:require$/ }, ({ path }) => ({ path, namespace: "seiyuu" }))
    onResolve({ filter: /^[^./]/ }, ({ importer, kind, path }) => {
      if (kind === "entry-point") return
      if (path.startsWith("node:") || isBuiltin(path))
        return kind === "require-call" ? { path, namespace: "builtin" } : { path, external: true }
      if (isInlined(packageOf(path))) return
      checkExternal(path, importer, kind)
      return { path, external: true }
    })
    onLoad({ filter: /^seiyuu:require$/, namespace: "seiyuu" }, () => ({
      contents: `import { createRequire } from "node:module"; export const require = createRequire(import.meta.url)`
    }))
    onLoad({ filter: /^/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = require("seiyuu:require").require(${JSON.stringify(path)})`
    }))
  }
}

const namespaces = new Map()
/** The modules that the index of one of Effect's packages exports whole, by name. */
const namespacesOf = (name) => {
  const known = namespaces.get(name)
  if (known !== undefined) return known
  const index = readFileSync(join("node_modules", name, "dist/esm/index.js"), "utf8")
  const found = new Set([...index.matchAll(/export \* as (\w+) from "\.\/\1\.js"/gu)].map(([, each]) => each))
  namespaces.set(name, found)
  return found
}

/**
 * `import { Effect } from "effect"` as `import * as Effect from "effect/Effect"`, on the same line: of a module that
 * is imported itself, esbuild takes what is used, and calls it with no object between.
 */
const importModules = (text) =>
  text.replaceAll(/^import \{([^}]*)\} from "(effect|@effect\/[\w-]+)"$/gmu, (_, list, name) => {
    const names = list
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "")
    const isModule = (each) => namespacesOf(name).has(each.split(" ")[0])
    const others = names.filter((each) => !isModule(each))
    return (
      [
        ...names.filter(isModule).map((each) => {
          const [module, own = module] = each.split(" as ")
          return `import * as ${own} from "${name}/${module}"`
        }),
        ...(others.length === 0 ? [] : [`import { ${others.join(", ")} } from "${name}"`])
      ].join("; ") + "\n".repeat(list.split("\n").length - 1)
    )
  })

/**
 * `import.meta.url` of a module of src/ tells where it would lie in dist/ if it were not inlined: it finds what lies beside
 * it, and in the package's folder. That is told from dist/Place.js, or a chunk in the same folder.
 */
const places = {
  name: "places",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^seiyuu:place$/ }, ({ path }) => ({ path, namespace: "seiyuu" }))
    onLoad({ filter: /^seiyuu:place$/, namespace: "seiyuu" }, () => ({
      contents: `export const placeOf = (path) => new URL(path, import.meta.url).href`
    }))
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!path.startsWith(source + sep)) return
      const contents = importModules(readFileSync(path, "utf8"))
      if (/\bimport\.meta\b(?!\.url\b)/u.test(contents)) throw new Error("only import.meta.url is known here")
      if (!contents.includes("import.meta.url")) return { loader: "ts", contents }
      const place = placeOf(relative(source, path))
      const placed = contents.replaceAll("import.meta.url", `__placeOf(${JSON.stringify(place)})`)
      return { loader: "ts", contents: `${placed}\nimport { placeOf as __placeOf } from "seiyuu:place"\n` }
    })
  }
}

const { metafile, outputFiles } = await build({
  entryPoints: [
    { in: "seiyuu:place", out: "Place" },
    ...entries.map((name) => ({ in: join(source, name), out: placeOf(name).slice(0, -3) }))
  ],
  outdir: target,
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
  metafile: true,
  write: false,
  plugins: [places, packages]
})

const used = new Set(
  Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([name, { bytesInOutput }]) => (bytesInOutput > 0 ? [name] : []))
  )
)
const ownPath = /\bimport\.meta\b|\b__(?:dir|file)name\b/u
const comment = /^\s*(?:\/\/|\*|\/\*)/u
/** Does not go without knowing its own path. */
const asksForPath = (text) =>
  ownPath.test(text) &&
  text
    .split("\n")
    .some((line) => ownPath.test(line) && !comment.test(line) && !/\btypeof __(?:dir|file)name\b/u.test(line))
for (const module of used) {
  if (!isInstalled(module)) continue
  const text = readFileSync(module, "utf8")
  if (asksForPath(text)) problems.push({ module, told: "wants to know where it lies, and is inlined" })
  if (text.includes("createRequire"))
    for (const [, path] of text.matchAll(/[rR]equire\("([^"]+)"\)/gu))
      if (!isBuiltin(path)) checkExternal(path, resolve(module), "require")
}
const real = problems.filter(({ module }) => used.has(module.replaceAll(sep, "/")))
if (real.length > 0) {
  for (const { module, told } of real) console.error(`${module} ${told}`)
  process.exit(1)
}

/** Files of dist/ and what is in them. */
const files = new Map([
  ...outputFiles.map(({ contents, path }) => [path, Buffer.from(contents)]),
  ...sources
    .filter((name) => name.endsWith(".json"))
    .map((name) => [join(target, name), readFileSync(join(source, name))])
])
/** A chunk has its hash in its name: it is there before what imports it, and replaces nothing. */
const isChunk = (file) => /-[0-9A-Z]{8}\.js(?:\.map)?$/u.test(file)
for (const [file, bytes] of [...files].sort(([a], [b]) => isChunk(b) - isChunk(a))) {
  if (existsSync(file) && readFileSync(file).equals(bytes)) continue
  mkdirSync(dirname(file), { recursive: true })
  putWhole(file, bytes)
}

// What another build left. Unfinished files are not among it: one may be at it now.
const isEmptyFolder = (path) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(path).length === 0
for (const name of readdirSync(target, { recursive: true }).sort().toReversed()) {
  const file = join(target, name)
  if (/\.(?:js|json|map)$/u.test(name) ? !files.has(file) : isEmptyFolder(file))
    rmSync(file, { recursive: true, force: true })
}
