/** Conversations that are kept, and what is remembered. */
export const history = {
  notFound: (uid: string) =>
    `There is no conversation ${uid}. Ask for the list of conversations and choose one of those.`,
  unreachable: (action: string) =>
    `The conversations' database cannot be reached at the moment (${action}). Try again in a while; the log says more.`,
  failed: (action: string) => `The conversation store failed (${action}). The log says more.`,
  listMemories: "list memories",
  readMemories: "read memories",
  searchMemories: "look through memories",
  keepMemory: "keep a memory",
  changeMemory: "change a memory",
  keepMeaning: "keep the meaning of a memory",
  noteUse: "note the use of memories",
  deleteMemories: "delete memories",
  listConversations: "list conversations",
  createConversation: "create a conversation",
  findConversation: "find a conversation",
  readConversation: "read a conversation",
  deleteConversation: "delete a conversation",
  addMessages: "add messages",
  recordInterruption: "record an interruption",
  discardEmpty: "discard an empty conversation",
  compareConversations: "compare conversations",
  addConversations: "add conversations",
  listCharacters: "list characters",
  searchConversations: "search conversations",
  renameConversation: "rename a conversation"
}
