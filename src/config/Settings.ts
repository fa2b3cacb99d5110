import { Context } from "effect"
import type { SystemConfig } from "./SystemConfig.ts"

/** The server's own settings, and the folder that relative paths of the configuration start from. */
export class Settings extends Context.Tag("seiyuu/config/Settings")<
  Settings,
  { readonly folder: string; readonly system: SystemConfig }
>() {}
