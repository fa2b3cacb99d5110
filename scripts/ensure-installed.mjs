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
  // Not `npm ci`: it refuses a lock file that lacks another platform's optional binaries. Prebuilt binaries come as
  // packages, so no install script has to compile or download anything.
  const { status } = spawnSync("npm", ["install", "--no-save", "--ignore-scripts", "--loglevel=error"], {
    stdio: "inherit",
    shell: process.platform === "win32"
  })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(stamp, lock)
}
