import {hashJson} from "../../base/system/index.js";
import type {AnswersSource} from "./answers/index.js";
import type {DatasetDefinition} from "./define.js";

/** The dataset that answers are where none is declared. Other options make another dataset. */
export function answersDataset(source: AnswersSource): DatasetDefinition {
  const named = [source.of]
    .flat()
    .join("-")
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 60);
  return {name: `answers-${named}-${hashJson(source).slice(0, 8)}`, id: "id", source};
}
