import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import * as Child from "./Child.ts"
import * as Connects from "./Connects.ts"
import * as Engines from "./Engines.ts"
import type { Figure } from "./Figure.ts"
import * as Hearing from "./Hearing.ts"
import * as Heartbeat from "./Heartbeat.ts"
import * as History from "./History.ts"
import * as IdleMemory from "./IdleMemory.ts"
import * as Ingress from "./Ingress.ts"
import * as Leak from "./Leak.ts"
import * as LongTalk from "./LongTalk.ts"
import * as Provider from "./Provider.ts"
import * as Proxy from "./Proxy.ts"
import * as Shared from "./Shared.ts"
import * as Table from "./Table.ts"
import * as Ttfa from "./Ttfa.ts"
import * as VoiceShare from "./VoiceShare.ts"
import * as Voices from "./Voices.ts"

const limitMinutes = 30

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    cycles: { type: "string", default: "10000" },
    seconds: { type: "string", default: "20" },
    seed: { type: "string", default: "1" }
  }
})

const whole = (name: "cycles" | "seconds" | "seed"): number => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above zero`)
  return value
}

const figures: Readonly<Record<string, (provider: string) => Promise<Figure>>> = {
  connects: Connects.measure,
  memory: IdleMemory.measure,
  leak: (provider) => Leak.measure(provider, { cycles: whole("cycles"), seed: whole("seed") }),
  ttfa: (provider) => Ttfa.measure(provider, { seconds: whole("seconds"), seed: whole("seed") }),
  engines: (provider) => Engines.measure(provider, { seconds: whole("seconds") }),
  hearing: (provider) => Hearing.measure(provider, { seconds: whole("seconds") }),
  heartbeat: (provider) => Heartbeat.measure(provider, { seconds: whole("seconds") }),
  ingress: (provider) => Ingress.measure(provider, { seconds: whole("seconds") }),
  shared: Shared.measure,
  voiceshare: (provider) => VoiceShare.measure(provider, { seconds: whole("seconds") }),
  voices: () => Voices.measure({ seconds: Math.min(4, whole("seconds")) }),
  proxy: Proxy.measure,
  longtalk: () => LongTalk.measure(),
  history: () => History.measure()
}

const run = async (): Promise<ReadonlyArray<Figure>> => {
  const chosen = positionals.length === 0 ? Object.keys(figures) : positionals
  const unknown = chosen.find((name) => figures[name] === undefined)
  if (unknown !== undefined) {
    throw new Error(`There is no figure ${unknown}: choose from ${Object.keys(figures).join(", ")}`)
  }
  const provider = await Provider.start()
  const measured: Array<Figure> = []
  for (const name of chosen) {
    console.error(`measuring ${name} ...`)
    measured.push(await figures[name]!(provider.url))
  }
  await provider.stop()
  return measured
}

/** Of the last minute, before anything was measured: what else this machine is doing. */
const load = loadavg()[0] ?? 0

const write = (measured: ReadonlyArray<Figure>) => {
  const folder = new URL("results/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "", cores: cpus().length, load }
  writeFileSync(
    new URL("latest.json", folder),
    `${JSON.stringify({ at: new Date().toISOString(), machine, figures: measured }, null, 2)}\n`
  )
}

process.once("exit", Child.killAll)
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
setTimeout(() => {
  console.error(`The run took longer than ${limitMinutes} minutes and was ended.`)
  process.exit(1)
}, limitMinutes * 60_000).unref()

try {
  const measured = await run()
  write(measured)
  console.log(Table.render(measured))
  console.log(`\nLoad before the run: ${load.toFixed(1)} on ${cpus().length} cores.`)
  console.log("All of it as JSON: bench/results/latest.json")
  if (measured.some(({ failures }) => failures.length > 0)) process.exitCode = 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await Child.stopAll()
}
