import type {LoadedModel, Prediction} from "../../weights/models/types.js";

export interface Batcher {
  predict(text: string): Promise<Prediction>;
}

interface QueuedText {
  text: string;
  resolve(prediction: Prediction): void;
  reject(error: unknown): void;
}

/**
 * Gathers calls made at about the same time into one `model.predict`. While a batch runs the next one fills up,
 * so that batches grow with the load and a single call waits for nobody.
 */
export function batcher(model: Pick<LoadedModel, "predict">, maxBatch = 64): Batcher {
  let waiting: QueuedText[] = [];
  let running = false;

  const runAll = async () => {
    while (waiting.length) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      try {
        const predictions = await model.predict(batch.map(({text}) => text));
        if (predictions.length !== batch.length)
          throw new Error(`the model gave ${predictions.length} predictions for ${batch.length} texts`);
        batch.forEach(({resolve}, i) => resolve(predictions[i]!));
      } catch (error) {
        for (const {reject} of batch) reject(error);
      }
    }
    running = false;
  };

  return {
    predict: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({text, resolve, reject});
        if (running) return;
        running = true;
        setImmediate(() => void runAll());
      })
  };
}
