import {saveModel} from "../../src/weights/models/index.js";
import {modelsDir, type Workspace} from "../../src/base/store/index.js";

/** Steps of the training that the made-up model's curve tells of. */
export const STEPS = 1000;

/** Loss at a step: it falls, the more slowly the later. */
export const lossAt = (step: number) => 4 / Math.sqrt(step) + 0.5;

/** Adds a model with the learning curve that `assay finetune` writes, without weights. Gives its id. */
export async function trainedModel(workspace: Workspace): Promise<string> {
  const curve = Array.from({length: STEPS}, (_, i) => ({
    step: i + 1,
    loss: lossAt(i + 1),
    rate: 1e-4,
    norm: 1,
    tokens: 512
  }));
  const validations = [250, 500, 750, 1000].map((step) => ({step, loss: lossAt(step) + step / 2000}));
  const {id} = await saveModel(modelsDir(workspace), {
    name: "answers-lora",
    architecture: "language-model-adapter",
    settings: {method: "lora"},
    parents: [],
    metrics: {steps: STEPS, resultStep: 500},
    files: {
      "training.json": JSON.stringify({curve, validations}),
      "README.md": "---\nlicense: apache-2.0\n---\n"
    }
  });
  return id;
}
