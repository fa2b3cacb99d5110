/**
 * Installs the dependencies when they are missing or older than the lock file, so that `npm start` and
 * `npm test` work on a fresh clone.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"

const stamp = "node_modules/.seiyuu-lock"
const lock = readFileSync("package-lock.json", "utf8")
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  console.log("Installing dependencies ...")
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
    // Prebuilt binaries come as packages; nothing is compiled or downloaded by install scripts.
    env: { ...process.env, npm_config_ignore_scripts: "true" }
  })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(stamp, lock)
}
