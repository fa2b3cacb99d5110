/** What agents behind a network say. What goes on from a server's name has no subject. */
export const agent = {
  unknownAgent: (host: string, what: string, said: string) => `${host} ${what}${said}`,
  noSuchAddress: "knows no such address",
  noAgentThere: "has no agent there",
  cardBelow: "Correct agent_settings.a2a_agent.url: the agent's card has to be below it.",
  noSuchAgent: (id: string) => `knows no agent ${id}`,
  correctLettaId: "Correct agent_settings.letta_agent.id: the server's own page shows the ids.",
  lettaBusy:
    "It answers one person at a time: ask again, or give this character an agent of its own by agent_settings.letta_agent.id.",
  noSuchConfiguration: "does not know this configuration",
  correctHume: "Correct agent_settings.hume_ai_agent.config_id or its host.",
  noMem0: "has no memories: it is no mem0 server",
  busy: (host: string, said: string) => `${host} is busy with another answer${said}`,
  sendsNowhere: (host: string) => `${host} sends the request on to where it cannot be sent`,
  correctOrLook: (key: string) => `Correct ${key}, or look at that server.`,
  noHttp: (host: string) => `${host} does not speak HTTP`,
  closed: (host: string) => `${host} closed the connection`,
  endedEmpty: (host: string) => `${host} ended its answer without a word`,
  lookAddress: (key: string) => `Look whether ${key} is the address of such an agent.`,
  reports: (host: string, said: string) => `the agent at ${host} reports a failure${said}`,
  /** Names of keys in a section. */
  hostAndPort: "host and its port",
  sentNoLetta: "sent what is no message of Letta",
  sentNoEvi: "sent what is no message of EVI",
  sentNoA2a: "sent what is no message of the Agent2Agent protocol",
  sentNoMem0: "sent what is no answer of mem0",
  sentNoEvent: (type: string) =>
    `answers with ${type}, and sent an event that is none of those in docs/webhook-agent.md`,
  noContentType:
    "answers with no content type, which is none of text/event-stream, application/x-ndjson and text/plain",
  strangeType: (type: string) =>
    `answers with ${type}, which is none of text/event-stream, application/x-ndjson and text/plain`,
  taskFailed: "the task has failed",
  asksLogin: "it asks for a login",
  giveHeaders: "Give it what it needs in agent_settings.a2a_agent.headers.",
  waitsApproval: "a tool waits for approval, which cannot be given here",
  withoutApproval: "Let the agent use that tool without approval, or detach it from the agent.",
  stopped: (reason: string) => `it stopped: ${reason}`,
  seeAccount: "Look at the configuration and the credits of that account.",
  unplayable: (agent: string, failure: string) =>
    `${agent} sent the sound of a sentence. ${failure} The sentence is only shown.`,
  tooMuchSound: (mebibytes: number) => `one sentence has more than ${mebibytes} MiB of it in base64`,
  mem0Silent: "its server does not answer",
  mem0Incomplete: "its llm section is not complete",
  mem0SetModel:
    "Set model, and api_key where the provider asks for one, in agent_settings.mem0_agent.llm.config.",
  mem0Unknown: "the character cannot answer by its llm provider"
}
