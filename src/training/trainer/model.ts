import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {type Backend, Graph, type Node, type Storage, Tape, GraphMemory} from "../../weights/ggml/index.js";
import {openCheckpoint} from "../../weights/safetensors/index.js";
import {assertTextFile} from "../../base/system/index.js";
import {messageOf, UserError} from "../../base/validation/errors.js";
import type {AdapterNodes, ModelNodes} from "./adapter.js";
import type {Batch} from "./batch.js";
import {type LanguageConfig, readConfig} from "./config.js";
import {hiddenStates, logitsOf} from "./forward.js";
import {loadWeights, type Precision} from "./loadWeights.js";
import {graphSize} from "./graphSize.js";

/** The configuration of a checkpoint's folder. */
export async function readModelConfig(folder: string, file = "config.json"): Promise<LanguageConfig> {
  const path = join(folder, file);
  await assertTextFile(path);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(
      `${path} cannot be read (${messageOf(cause)}). A model is a folder with config.json, safetensors and tokenizer.json.`,
      {cause}
    );
  }
  return readConfig(json, path);
}

/** A model in this process: its weights in the library, ready to compute. */
export class LanguageModel implements ModelNodes {
  readonly workspace: GraphMemory;
  adapters = new Map<string, AdapterNodes>();
  /** Weights that take the place of the checkpoint's. */
  replaced = new Map<string, Node>();

  constructor(
    readonly backend: Backend,
    readonly config: LanguageConfig,
    readonly storage: Storage
  ) {
    this.workspace = new GraphMemory(backend);
  }

  /** Opens a checkpoint's folder; `precision` is how its matrices are kept. */
  static async open(
    backend: Backend,
    folder: string,
    {precision = "f32", config}: {precision?: Precision; config?: string} = {}
  ): Promise<LanguageModel> {
    const parsed = await readModelConfig(folder, config);
    const checkpoint = await openCheckpoint(folder);
    return new LanguageModel(backend, parsed, await loadWeights(backend, parsed, checkpoint, precision));
  }

  weight(name: string): Node | undefined {
    return this.replaced.get(name) ?? this.storage.find(name);
  }

  adapter(path: string): AdapterNodes | undefined {
    return this.adapters.get(path);
  }

  /** Scores of every token at every position, [rows · length][vocabulary] in one array. */
  logits(batch: Batch): Float32Array {
    const graph = new Graph(this.workspace, graphSize(this.config));
    try {
      const tape = new Tape(graph, false);
      const hidden = hiddenStates(tape, this.config, this, batch);
      const scores = graph.keep(logitsOf(tape, this.config, this, hidden));
      graph.run();
      return graph.read(scores);
    } finally {
      graph.free();
    }
  }

  free(): void {
    this.workspace.free();
    this.storage.free();
  }
}
