/** A date, or a date and a time as `datetime.isoformat` writes it: with or without a fraction and a zone. */
const form =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/u

/** A message's timestamp as it stands in a file, if it is one. Databases sort by it, and take only short texts to. */
export const read = (value: unknown): string | undefined => {
  const day = typeof value === "string" ? form.exec(value)?.groups?.["day"] : undefined
  return day !== undefined && isDay(day) ? (value as string) : undefined
}

const isDay = (day: string) => {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

/** When a conversation began, as its uid says it: a time, and what makes it unique. */
export const ofUid = (uid: string): string | undefined => {
  const [, day, hour, minute, second] = /^(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)_/u.exec(uid) ?? []
  return read(`${day}T${hour}:${minute}:${second}`)
}

/** Of a message whose time nothing says: it sorts before all others. */
export const unknown = "1970-01-01T00:00:00"
