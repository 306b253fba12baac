import type {AnswersSource} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {answersData} from "./answersData.js";
import type {BuildContext, ModelSource} from "./modelSource.js";

/**
 * A model that learns from the answers of runs, whatever eval names it: `trainedOn(answersOf("teacher"), tfidfLogReg({text: "text",
 * label: "answer"}))`. A classifier's column of text must have the name that it has in the eval's dataset.
 */
export function trainedOn(answers: AnswersSource, source: ModelSource): ModelSource {
  const {name, reads} = source;
  /** The same model for every eval and command that names it. */
  const own = async (given: BuildContext): Promise<BuildContext> => {
    const declared = await given.declared?.({...answersData(answers), validation: false}, name);
    if (!declared) throw new UserError(`${name}: answers are learned from where a store has their runs.`);
    return {...declared, seed: "assay"};
  };
  return {
    name,
    reads,
    configHash: async (given) => source.configHash(await own(given)),
    async build(given) {
      const context = await own(given);
      const build = () => source.build(context);
      return context.learning ? context.learning(build) : build();
    }
  };
}
