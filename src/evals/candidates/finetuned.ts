import type {ModelParameters} from "../../inference/endpoints/index.js";
import type {ModelSource} from "../../training/finetunes/index.js";
import {checkLocalOptions, localModel, type LocalModelOptions} from "../../inference/localModels/index.js";
import type {Candidate} from "../runner/define.js";
import {buildModel} from "./trained.js";

export interface FinetunedOptions extends Omit<LocalModelOptions, "workspace" | "onProgress"> {
  baseline?: boolean;
  params?: ModelParameters;
}

/**
 * A candidate that is a language model made here: `source` (what `finetune` returns) is trained when the store does not have
 * it, and answers on this machine as `localModel` does. `type: "q8_0"` is its 8-bit copy.
 */
export function finetuned(name: string, source: ModelSource, options: FinetunedOptions = {}): Candidate {
  const {baseline, params, ...local} = options;
  checkLocalOptions(`candidate ${JSON.stringify(name)}`, local);
  return {
    name,
    baseline,
    params,
    apart: true,
    async prepare(context) {
      const manifest = await buildModel(source, context);
      const endpoint = localModel(manifest.id, {
        ...local,
        workspace: context.store.workspace,
        onProgress: context.onProgress
      });
      return {
        endpoint,
        model: manifest.name,
        close: () => endpoint.close?.() ?? Promise.resolve()
      };
    }
  };
}
