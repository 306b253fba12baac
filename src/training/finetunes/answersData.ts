import {answersDataset, type AnswersSource, isAnswers} from "../../data/datasets/index.js";
import type {TrainingColumns} from "./language/columnsSchema.js";
import type {DeclaredData} from "./modelSource.js";

/** A training's data, or the answers of runs in their place: their rows have the parts that their runs' split gave them. */
export type OrAnswers<Definition extends DeclaredData> =
  Definition | (Omit<Definition, "dataset" | "split"> & {dataset: AnswersSource; split?: undefined});

/** Where rows of answers hold what is trained on. */
const COLUMNS: Record<Trained["format"], TrainingColumns> = {
  chat: {},
  prompt: {prompt: "prompt", completion: "answer"},
  preference: {prompt: "prompt", chosen: "chosen", rejected: "rejected"},
  kto: {prompt: "prompt", completion: "answer", good: "good"}
};

interface Trained extends DeclaredData {
  format: "chat" | "prompt" | "preference" | "kto";
  columns?: TrainingColumns;
}

/** A definition whose dataset are answers as one with a dataset, the split of the answers, and their columns. */
export function withAnswersData<Definition extends Trained>(definition: OrAnswers<Definition>): Definition {
  // Whatever a team's file exports comes here unchecked.
  const {dataset, format, columns} =
    (definition as OrAnswers<Definition> | null) ?? ({} as OrAnswers<Definition>);
  if (!isAnswers(dataset)) return definition as Definition;
  return {
    ...definition,
    ...answersData(dataset),
    columns: {...COLUMNS[format], ...columns}
  } as unknown as Definition;
}

/** The dataset and the split of answers. */
export function answersData(source: AnswersSource): Pick<DeclaredData, "dataset" | "split"> {
  return {dataset: answersDataset(source), split: {name: "answers", strategy: "given", column: "part"}};
}
