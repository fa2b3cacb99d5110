import { agent } from "./en/Agent.ts"
import { config } from "./en/Config.ts"
import { engine } from "./en/Engine.ts"
import { group } from "./en/Group.ts"
import { history } from "./en/History.ts"
import { llm } from "./en/Llm.ts"
import { models } from "./en/Models.ts"
import { protocol } from "./en/Protocol.ts"
import { server } from "./en/Server.ts"
import { session } from "./en/Session.ts"
import { speech } from "./en/Speech.ts"
import { tools } from "./en/Tools.ts"
import { translate } from "./en/Translate.ts"
import { wake } from "./en/Wake.ts"
import { wyoming } from "./en/Wyoming.ts"
import type { Language } from "./Language.ts"
import type { Translated } from "./Translated.ts"
import { agent as agentZh } from "./zh/Agent.ts"
import { config as configZh } from "./zh/Config.ts"
import { engine as engineZh } from "./zh/Engine.ts"
import { group as groupZh } from "./zh/Group.ts"
import { history as historyZh } from "./zh/History.ts"
import { llm as llmZh } from "./zh/Llm.ts"
import { models as modelsZh } from "./zh/Models.ts"
import { protocol as protocolZh } from "./zh/Protocol.ts"
import { server as serverZh } from "./zh/Server.ts"
import { session as sessionZh } from "./zh/Session.ts"
import { speech as speechZh } from "./zh/Speech.ts"
import { tools as toolsZh } from "./zh/Tools.ts"
import { translate as translateZh } from "./zh/Translate.ts"
import { wake as wakeZh } from "./zh/Wake.ts"
import { wyoming as wyomingZh } from "./zh/Wyoming.ts"

/** Every text that a client may read, by area and name. English says which there are and what each is told. */
const en = {
  agent,
  config,
  engine,
  group,
  history,
  llm,
  models,
  protocol,
  server,
  session,
  speech,
  tools,
  translate,
  wake,
  wyoming
}

export type Catalogue = typeof en

const zh: { readonly [Area in keyof Catalogue]: Translated<Catalogue[Area]> } = {
  agent: agentZh,
  config: configZh,
  engine: engineZh,
  group: groupZh,
  history: historyZh,
  llm: llmZh,
  models: modelsZh,
  protocol: protocolZh,
  server: serverZh,
  session: sessionZh,
  speech: speechZh,
  tools: toolsZh,
  translate: translateZh,
  wake: wakeZh,
  wyoming: wyomingZh
}

export const catalogues: Readonly<Record<Language, typeof zh>> = { en, zh }
