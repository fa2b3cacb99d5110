import { Effect } from "effect"

/** A text that waits for the character. */
export interface Waiting {
  readonly name: string
  readonly text: string
  readonly paid: boolean
  /** When it came, ms. */
  readonly since: number
}

/** Texts that wait, at most so many: those that were paid for are taken first, and otherwise the oldest. */
export interface ChatQueue {
  /** Adds one; another one may have to go for it. */
  readonly add: (text: Waiting) => void
  /** Waits until there is one. Only one fiber waits and takes. */
  readonly some: Effect.Effect<void>
  /** Takes the next one; texts that nobody has paid for and that came before `oldest` (ms) are dropped. */
  readonly take: (oldest: number) => Waiting | undefined
  /** Has one that was taken in vain wait again, before all others of its kind. */
  readonly putBack: (text: Waiting) => void
}

export const make = (most: number): Effect.Effect<ChatQueue> =>
  Effect.map(Effect.makeLatch(false), (filled) => {
    const paid: Array<Waiting> = []
    const unpaid: Array<Waiting> = []
    const settle = () => {
      if (paid.length + unpaid.length === 0) filled.unsafeClose()
      else filled.unsafeOpen()
    }
    return {
      some: filled.await,
      add: (text) => {
        // Where all have paid, what nobody has paid for is the one too many.
        ;(text.paid ? paid : unpaid).push(text)
        if (paid.length + unpaid.length > most && unpaid.shift() === undefined) paid.shift()
        settle()
      },
      take: (oldest) => {
        while (unpaid[0] !== undefined && unpaid[0].since < oldest) unpaid.shift()
        const next = paid.shift() ?? unpaid.shift()
        settle()
        return next
      },
      putBack: (text) => {
        ;(text.paid ? paid : unpaid).unshift(text)
        settle()
      }
    }
  })
