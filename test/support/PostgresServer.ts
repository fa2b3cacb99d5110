import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Client } from "pg"
import * as PostgresHistory from "../../src/history/PostgresHistory.ts"

const home = "/usr/lib/postgresql"

/** The folder of PostgreSQL's programs: Debian's newest, or "" for those of the search path. */
const programs = (): string => {
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(a) - Number(b)) : []
  const folder = versions
    .map((version) => join(home, version, "bin"))
    .findLast((bin) => existsSync(join(bin, "initdb")))
  if (folder !== undefined) return folder
  if (spawnSync("initdb", ["--version"]).status === 0 && spawnSync("postgres", ["--version"]).status === 0)
    return ""
  throw new Error(
    "These tests need PostgreSQL's server programs (initdb, postgres), which are not here. Install them: on Debian and Ubuntu, apt-get install postgresql; on macOS, brew install postgresql."
  )
}

/** PostgreSQL does not run as root: then it runs as the user that its package has made. */
const user = () => {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }))
  return { uid: idOf("-u"), gid: idOf("-g") }
}

export const password = "not/for logs"

/** A PostgreSQL server of the tests' own, on this machine only. */
export class PostgresServer extends Context.Tag("test/support/PostgresServer")<
  PostgresServer,
  {
    /** The address of a database that nobody has used, gone with the scope. */
    readonly database: Effect.Effect<string, never, Scope.Scope>
    /** The same for a user who may make tables in it and no extensions. */
    readonly plainDatabase: Effect.Effect<string, never, Scope.Scope>
    /** Ends the server with all connections. */
    readonly stop: Effect.Effect<void>
    /** Starts it again, on the same port. */
    readonly start: Effect.Effect<void>
  }
>() {
  static readonly layer = Layer.scoped(
    this,
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "seiyuu-postgres-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const bin = programs()
      const as = user()
      const passwordFile = join(folder, "password")
      writeFileSync(passwordFile, `${password}\n`)
      if (as.uid !== undefined) for (const path of [folder, passwordFile]) chownSync(path, as.uid, as.gid)
      const data = join(folder, "data")
      const made = ["-D", data, "-U", "tester", "-A", "scram-sha-256", `--pwfile=${passwordFile}`]
      execFileSync(join(bin, "initdb"), [...made, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], {
        ...as,
        cwd: folder,
        stdio: ["ignore", "ignore", "inherit"]
      })
      const port = yield* freePort
      let child: ChildProcess | undefined
      const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
      const start = Effect.async<void>((resume) => {
        const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])]
        child = spawn(join(bin, "postgres"), args, {
          ...as,
          cwd: folder,
          stdio: ["ignore", "ignore", "pipe"]
        })
        let said = ""
        child.stderr?.on("data", (text: Buffer) => {
          said += text.toString()
          if (said.includes("ready to accept connections")) resume(Effect.void)
        })
        child.once("exit", () => resume(Effect.die(new Error(`PostgreSQL did not start: ${said}`))))
      })
      const stop = Effect.async<void>((resume) => {
        if (child === undefined || child.exitCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        // At once, without waiting for clients.
        child.kill("SIGINT")
      })
      const atExit = () => void child?.kill("SIGQUIT")
      process.once("exit", atExit)
      yield* Effect.acquireRelease(start, () =>
        Effect.zipRight(
          stop,
          Effect.sync(() => process.off("exit", atExit))
        )
      )
      const addressOf = (name: string) =>
        `postgres://tester:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`
      const run = (statement: string, address = addressOf("postgres")) =>
        Effect.promise(async () => {
          const client = new Client({ connectionString: address })
          await client.connect()
          await client.query(statement)
          await client.end()
        })
      let count = 0
      const database = Effect.acquireRelease(
        Effect.suspend(() => {
          const name = `test_${++count}`
          return Effect.as(run(`CREATE DATABASE ${name}`), name)
        }),
        (name) => run(`DROP DATABASE ${name} WITH (FORCE)`)
      ).pipe(Effect.map(addressOf))
      yield* run(`CREATE ROLE plain LOGIN PASSWORD '${password}'`)
      const plainDatabase = Effect.tap(database, (address) =>
        run("GRANT CREATE ON SCHEMA public TO plain", address)
      ).pipe(Effect.map((address) => address.replace("//tester:", "//plain:")))
      return PostgresServer.of({ database, plainDatabase, stop, start })
    })
  )
}

const freePort = Effect.async<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

const freshOf = (kind: "database" | "plainDatabase") =>
  Layer.unwrapScoped(
    Effect.flatMap(PostgresServer, (server) =>
      Effect.map(server[kind], (url) => PostgresHistory.layer({ url }))
    )
  )

/** Conversations and facts in a database that nobody has used. */
export const fresh = freshOf("database")

/** The same without PostgreSQL's trigrams. */
export const freshPlain = freshOf("plainDatabase")
