import type { Translated } from "../Translated.ts"
import type { history as english } from "../en/History.ts"
import { named } from "./Words.ts"

export const history: Translated<typeof english> = {
  notFound: (uid) => `没有对话${named(uid)}。请获取对话列表，然后从中选择。`,
  unreachable: (action) => `暂时无法连接对话数据库（${action}）。请稍后再试，详情请查看日志。`,
  failed: (action) => `对话存储出错（${action}），详情请查看日志。`,
  listMemories: "列出记忆",
  readMemories: "读取记忆",
  searchMemories: "查找记忆",
  keepMemory: "保存记忆",
  changeMemory: "修改记忆",
  keepMeaning: "保存记忆的含义",
  noteUse: "记录记忆的使用",
  deleteMemories: "删除记忆",
  listConversations: "列出对话",
  createConversation: "新建对话",
  findConversation: "查找对话",
  readConversation: "读取对话",
  deleteConversation: "删除对话",
  addMessages: "添加消息",
  recordInterruption: "记录打断",
  discardEmpty: "清除空对话",
  compareConversations: "比较对话",
  addConversations: "添加对话",
  listCharacters: "列出角色",
  searchConversations: "搜索对话",
  renameConversation: "重命名对话"
}
