/** What language models and their providers say. Clauses without a full stop, and whole sentences of advice. */
export const llm = {
  tooLongConversation: (model: string, host: string, said: string) =>
    `the conversation is longer than ${model} of ${host} can read${said}`,
  shortenConversation: (key: string) =>
    `Begin a new conversation, shorten the persona, or set ${key} to one with a larger context.`,
  tooLittleMemory: (host: string, model: string, said: string) =>
    `${host} has too little memory for ${model}${said}`,
  smallerModel: (key: string) => `Set ${key} to a smaller model, or free memory on that machine.`,
  overloaded: (host: string, said: string) => `${host} is overloaded${said}`,
  askInAMinute:
    "Ask again in a minute; agent_settings.basic_memory_agent.fallback_providers can name another one.",
  noCredit: (host: string, said: string) => `the account at ${host} has no credit or quota left${said}`,
  addCredit: (key: string) => `Add credit to it, or use another key as ${key}.`,
  noModel: (host: string, model: string, said: string) => `${host} knows no model ${model}${said}`,
  correctModel: (model: string, address: string) => `Correct ${model} or ${address}.`,
  withheld: (host: string, said: string) => `the content filter of ${host} has withheld the answer${said}`,
  otherWords: "Say it in other words, or choose another model.",
  filterCut: (host: string) => `the content filter of ${host} has cut the answer`,
  accepted: (host: string) => `${host} has accepted the request but has not answered`,
  closedEarly: (host: string, code: string) =>
    `${host} closed the connection before it had answered (${code})`,
  lookAtLogAndUrl: (key: string) => `Look at that server's log, and check ${key}.`,
  lostBefore: (host: string) => `the connection to ${host} was lost before it had answered`,
  checkUrl: (key: string) => `Check ${key}.`,
  noSense: (host: string) => `${host} answers with something that is no answer`,
  notMade: "the request could not be made",
  checkSection: (section: string) => `Check ${section}: its base_url, its key and its model.`,
  noTools: (model: string, host: string, said: string) => `${model} of ${host} takes no tools${said}`,
  oneWithTools: (key: string) => `Set ${key} to one that does.`,
  nothingMore: (host: string, seconds: number) =>
    `nothing more of the answer of ${host} has come for ${seconds} s`,
  brokeOff: (host: string, said: string) => `the answer of ${host} broke off${said}`,
  brokeOffSince: (host: string, what: string) => `the answer of ${host} broke off: it ${what}`,
  limitInAnswer: (model: string, host: string) =>
    `${model} of ${host} reached its limit of length in the midst of an answer, which was cut`,
  limitBefore: (model: string, host: string) =>
    `${model} of ${host} reached its limit of length before it had said a word`,
  thinksLess: (key: string) =>
    `Begin a new conversation, or set ${key} to one that thinks less or may write more.`,
  tooSlow: (host: string, why: string) => `${host} was too slow: ${why}`,
  backgroundOverdue: "it took more than two minutes to write a text in the background",
  laterTurn: "It is tried again after a later turn.",
  noProvider: "no language model is configured",
  setProvider:
    "Set agent_config.agent_settings.basic_memory_agent.llm_provider, to llama_cpp_llm for the embedded one.",
  answersInstead: (provider: string, other: string) =>
    `${provider} does not answer: ${other} answers instead.`,
  answersInsteadSince: (provider: string, why: string, other: string) =>
    `${provider} does not answer (${why}): ${other} answers instead.`,
  adviceFor: (provider: string, advice: string) => `For ${provider}: ${advice}`,
  // The embedded model.
  embeddedNotice: (model: string) =>
    `The language model is ${model}. Choose another with llm_configs.llama_cpp_llm.model_path.`,
  notLoaded: (file: string, reason: string) => `${file} could not be loaded: ${reason}`,
  chooseAnother: "Choose another model with llama_cpp_llm.model_path, or another provider as llm_provider.",
  couldNotAnswer: (why: string) => `the embedded language model could not answer (${why})`,
  shorten: "Shorten the persona or the message, or choose another model with llama_cpp_llm.model_path.",
  processEnded: "the process of the embedded language model has ended",
  smallerEmbedded:
    "It is being started anew; if that happens again, choose a smaller model with llama_cpp_llm.model_path.",
  // Models that are asked by a template.
  noTemplate: "it has no template",
  setTemplate: (key: string, names: ReadonlyArray<string>) =>
    `Set ${key} to ${names.join(", ")}, a Jinja template, or the path of a file with one.`,
  templateFile: (name: string) => `its template ${name} cannot be read`,
  setTemplateFile: (key: string, names: ReadonlyArray<string>) =>
    `Set ${key} to the path of a file, relative to conf.yaml, or to ${names.join(", ")}.`,
  badTemplate: (problem: string) => `its template cannot be read, ${problem}`,
  templateRefuses: (problem: string) => `the template does not take this conversation: ${problem}`,
  templateLine: (line: number, problem: string) => `line ${line}: ${problem}`,
  blockNotClosed: "a block is not closed: {% if %} needs {% endif %}, {% for %} needs {% endfor %}",
  endlessTools: (steps: number) => `the model went on calling tools after ${steps} steps`,
  fewerTools: "Ask for less at once, or raise basic_memory_agent.tool_steps."
}
