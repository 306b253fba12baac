import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {saveModel} from "../../../src/weights/models/index.js";
import {learningCurves} from "../../../src/report/site/index.js";
import {modelsDir, openStore, type Store} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {lossAt, STEPS, trainedModel} from "../../support/trainedModel.js";

let store: Store;
let model: string;

beforeAll(async () => {
  const workspace = await temporaryWorkspace();
  model = await trainedModel(workspace);
  await saveModel(modelsDir(workspace), {
    name: "without",
    architecture: "majority",
    settings: {},
    parents: [],
    files: {"model.json": "{}"}
  });
  store = await openStore(workspace);
});

afterAll(() => store.close());

describe("learning curves", () => {
  it("are those of the models that kept one, the points of a long one the means of several steps", async () => {
    const {curves: found} = await learningCurves(store);
    expect(found).toHaveLength(1);
    const [curve] = found;
    expect(curve).toMatchObject({model, name: "answers-lora", steps: STEPS, resultStep: 500, every: 5});
    expect(curve!.training).toHaveLength(200);
    expect(curve!.training[0]).toEqual({
      step: 5,
      loss: expect.closeTo([1, 2, 3, 4, 5].reduce((sum, step) => sum + lossAt(step), 0) / 5, 12) as number
    });
    expect(curve!.training.at(-1)!.step).toBe(STEPS);
    expect(curve!.validation.map(({step}) => step)).toEqual([250, 500, 750, 1000]);
  });
});
