import { Option } from "effect"
import { jsonrepair } from "jsonrepair"

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))
const repair = Option.liftThrowable(jsonrepair)

/** JSON as a model has written it, mended if it is broken and can be. */
export const read = (text: string): Option.Option<unknown> =>
  Option.orElse(parse(text), () => Option.flatMap(repair(text), parse))
