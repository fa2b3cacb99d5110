import * as hear from "./tool-hear.js"
import * as speak from "./tool-speak.js"
import { sayPage } from "./words.js"

sayPage()
hear.start()
speak.start()
