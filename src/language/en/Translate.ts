/** What translators say. */
export const translate = {
  notATranslation: (host: string) => `${host} sent what is no translation`,
  lookAddress: (key: string) => `Look whether ${key} is the address of such a service.`,
  reports: (host: string, said: string) => `${host} reports a failure${said}`,
  checkLanguages: (section: string) => `Check ${section}: its address and its languages.`,
  check: (section: string) => `Check ${section}.`,
  keyInAddress: "deeplx_api_endpoint, which holds the key",
  idAndKey: "secret_id and secret_key",
  notInTime: (seconds: number) => `it did not answer within ${seconds} seconds`,
  overloaded: "Look whether it is overloaded.",
  nothing: "it answered with nothing",
  languages: "Check the languages in translator_config.",
  clientNotLoaded: "its client cannot be loaded",
  installAgain: "Install the project's packages again, with npm install.",
  noneChosen: "translate_audio is on, but no translator is chosen",
  chooseOne: "Set tts_preprocessor_config.translator_config.translate_provider to deeplx, tencent or llm.",
  noAgent: (engine: string, reason: string) =>
    `the character's agent, which translates, is not: ${engine}: ${reason}`,
  noModel: "the character's agent has no model that translates",
  chooseOther: "Set tts_preprocessor_config.translator_config.translate_provider to deeplx or tencent."
}
