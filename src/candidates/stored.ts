import type {ModelSource} from "../finetune/index.js";
import {assertUsable, findStoredModel, findStoredModelSync} from "../models/index.js";
import {hashJson} from "../store/index.js";

/**
 * A model of the store by its name or id, whatever made it, as a source: such as one that `assay merge` made or `assay models add`
 * registered. Of several models with one name the newest is meant. Building it makes nothing; it throws when there is none.
 */
export function storedModel(model: string): ModelSource {
  return {
    name: model,
    configHash: ({dir}) => hashJson({stored: findStoredModelSync(dir, model).id}),
    async build({dir}) {
      const manifest = await findStoredModel(dir, model);
      await assertUsable(dir, manifest);
      return manifest;
    }
  };
}
