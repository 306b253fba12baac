export {checkedPart, type FinetuneDefinition, type FromScratch} from "./definition.js";
export {checkFinetune, finetuneProblems} from "./definitionSchema.js";
export type {TrainingColumns} from "./columnsSchema.js";
export {dataFacts} from "./facts.js";
export {type Finetune, finetune, type FinetuneCheck} from "./finetune.js";
export {type FinetuneBuildOptions, progressText} from "./makeFinetune.js";
export {byteTokenizer, readTokenizer, type TextReader, type TokenizerFiles} from "./tokenizer.js";
