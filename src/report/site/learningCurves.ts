import {listModels} from "../../weights/models/index.js";
import {modelKey, modelsDir, type Store} from "../../base/store/index.js";

/** Loss at a step of a training. */
export interface CurvePoint {
  step: number;
  loss: number;
}

/** How a model's loss fell while it was trained. */
export interface LearningCurve {
  /** The model's id. */
  model: string;
  name: string;
  steps: number;
  /** The step whose weights were kept. */
  resultStep: number;
  /** Steps that each point of `training` is the mean of. */
  every: number;
  /** On the training rows; each point stands at the last of its steps. */
  training: CurvePoint[];
  /** On the validation rows, wherever they were asked. */
  validation: CurvePoint[];
}

export interface CurvesData {
  curves: LearningCurve[];
}

/** Points of a curve that a page draws; a longer one is averaged. */
const MOST_POINTS = 200;

/** What `assay finetune` writes beside a model's weights. */
interface CurveFile {
  curve: CurvePoint[];
  validations: CurvePoint[];
  /** The check of what the training began with. */
  before?: CurvePoint;
}

/** The learning curves of all models of the store that kept one; none gives an empty list. */
export async function learningCurves(store: Store): Promise<CurvesData> {
  const found: LearningCurve[] = [];
  for (const {id, name, files, metrics} of await listModels(modelsDir(store.workspace))) {
    if (files.every(({path}) => path !== "training.json")) continue;
    const bytes = await store.workspace.place.read(modelKey(id, "training.json"));
    if (!bytes) continue;
    const {curve, validations, before} = JSON.parse(Buffer.from(bytes).toString()) as CurveFile;
    const steps = curve.at(-1)?.step;
    if (steps === undefined) continue;
    const every = Math.ceil(curve.length / MOST_POINTS);
    found.push({
      model: id,
      name,
      steps,
      resultStep: metrics?.resultStep ?? steps,
      every,
      training: averaged(curve, every),
      validation: [...(before ? [before] : []), ...validations].map(({step, loss}) => ({step, loss}))
    });
  }
  return {curves: found};
}

function averaged(curve: readonly CurvePoint[], every: number): CurvePoint[] {
  return Array.from({length: Math.ceil(curve.length / every)}, (_, i) => {
    const part = curve.slice(i * every, (i + 1) * every);
    return {
      step: part.at(-1)!.step,
      loss: part.reduce((sum, {loss}) => sum + loss, 0) / part.length
    };
  });
}
