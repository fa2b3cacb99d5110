import type { Translated } from "../Translated.ts"
import type { config as english } from "../en/Config.ts"
import { sentence } from "./ConfigWords.ts"
import { hinted, named } from "./Words.ts"

export const config: Translated<typeof english> = {
  noCharacter: (file) => `没有角色${named(file)}。请从角色列表中选择。`,
  problems: (problems) => problems.join("\n"),
  problem: (place, what) => `${place}：${sentence(what)}`,
  problemAt: (place, key, what) => `${place} ${key}：${sentence(what)}`,
  noServersFile: (file) => `配置文件旁边没有 ${file}`,
  createServersFile: "请创建该文件，或从 mcp_enabled_servers 中移除该服务器。",
  fileUnreadable: (file) => `无法读取 ${file}`,
  checkFile: "请检查它是否为文件，以及是否有读取权限。",
  correctFile: (file) => `请更正 ${file}。`,
  writeServers: (example) => `请按如下形式书写：${example}。`,
  noServer: (file, name, hint) => `${file} 中没有服务器${named(name)}${hinted(hint)}`,
  addServer: (file) => `请将它加入 ${file}，或从 mcp_enabled_servers 中移除。`,
  serverUnreadable: "无法读取它",
  serverDisabled: (file) => `它在 ${file} 中被停用`,
  enableServer: "请在那里去掉 disabled，或从 mcp_enabled_servers 中移除该服务器。"
}
