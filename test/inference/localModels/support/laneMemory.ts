import {Engine} from "../../../../src/inference/localModels/engine.js";

/** Bytes: of a lane's cache as the engine tells it, and what the process takes more than before it loaded the model. */
export interface LaneMemory {
  lane: number;
  loaded: number;
  answered: number;
}

export function answer(engine: Engine, adapter?: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    engine.generate({prompt: "abc", maxTokens: 2, adapter}, {onDone: resolve, onError: reject})
  );
}

/** Of four sequences of 65,536 tokens, once loaded and once the adapter has answered. */
async function laneMemory(path: string, adapter: string): Promise<LaneMemory> {
  const before = process.memoryUsage().rss;
  const taken = () => process.memoryUsage().rss - before;
  const options = {path, adapters: {a: adapter}, parallel: 4, contextTokens: 65_536, threads: 1};
  const engine = await Engine.load(options);
  const loaded = taken();
  await answer(engine, "a");
  const measured = {lane: engine.info.cacheBytes, loaded, answered: taken()};
  engine.close();
  return measured;
}

const [path, adapter] = process.argv.slice(2);
if (import.meta.filename === process.argv[1])
  process.stdout.write(JSON.stringify(await laneMemory(path!, adapter!)));
