/** The process that runs the model for all sessions. What it has to remember of each comes and goes with the jobs. */
import { Effect } from "effect"
import { InferenceSession, Tensor } from "onnxruntime-node"
import * as EngineRunner from "../engine/EngineRunner.ts"
import { contextSize, stateSize } from "./SileroVadProtocol.ts"
import type { Analysis, Load, Stretch } from "./SileroVadProtocol.ts"
import * as Window from "./Window.ts"
import { say } from "../language/Text.ts"

const sampleRate = new Tensor("int64", BigInt64Array.of(16_000n), [])

const stateOf = (numbers: Float32Array) => new Tensor("float32", numbers, [2, 1, stateSize / 2])

const run = (session: InferenceSession, input: Float32Array, state: Tensor) =>
  Effect.tryPromise({
    try: async () => {
      const { output, stateN } = await session.run({
        input: new Tensor("float32", input, [1, input.length]),
        state,
        sr: sampleRate
      })
      return { probability: Number(output!.data[0]), state: stateN! }
    },
    catch: () => EngineRunner.problem(say("speech.otherModelFile"))
  })

const load = ({ model }: Load) =>
  Effect.tryPromise({
    // One window is far too little work for two threads.
    try: () => InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 }),
    catch: () => EngineRunner.problem(say("speech.brokenModelFile"))
  }).pipe(
    // A model of another kind can be opened, and fails here.
    Effect.tap((session) =>
      run(session, new Float32Array(contextSize + Window.size), stateOf(new Float32Array(stateSize)))
    )
  )

const analyse = Effect.fnUntraced(function* (session: InferenceSession, stretch: Stretch) {
  const before = process.cpuUsage()
  const probabilities = new Float32Array(stretch.samples.length / Window.size)
  let state: Tensor = stateOf(stretch.state)
  let context = stretch.context
  for (let index = 0; index < probabilities.length; index++) {
    const window = stretch.samples.subarray(index * Window.size, (index + 1) * Window.size)
    const input = new Float32Array(contextSize + Window.size)
    input.set(context)
    input.set(window, contextSize)
    const next = yield* run(session, input, state)
    probabilities[index] = next.probability
    state = next.state
    context = window.subarray(Window.size - contextSize)
  }
  const { system, user } = process.cpuUsage(before)
  const analysis: Analysis = {
    probabilities,
    state: Float32Array.from(state.data as Float32Array),
    cost: (user + system) / 1000
  }
  return analysis
})

const runner = EngineRunner.serve<Load, InferenceSession, Stretch, Analysis>({ load, work: analyse })

Effect.runFork(runner)
