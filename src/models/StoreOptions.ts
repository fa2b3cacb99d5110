import { resolve } from "node:path"
import type { LoadedConfig } from "../config/ConfigFile.ts"
import type { Options } from "./ModelStore.ts"

/** What a configuration says about the models. */
export const ofConfig = ({ config: { system_config }, folder }: LoadedConfig): Options => ({
  configFolder: folder,
  offline: system_config.offline,
  ...(system_config.models_dir === undefined ? {} : { folder: resolve(folder, system_config.models_dir) })
})
