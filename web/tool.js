import * as hear from "./tool-hear.js"
import * as speak from "./tool-speak.js"

hear.start()
speak.start()
