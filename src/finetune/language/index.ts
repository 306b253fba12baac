export {checkFinetune, type FinetuneDefinition, finetuneProblems, type FromScratch} from "./definition.js";
export type {TrainingColumns} from "./columnsSchema.js";
export {dataFacts} from "./facts.js";
export {type BuildOptions, type Finetune, finetune, type FinetuneCheck, progressText} from "./finetune.js";
export {byteTokenizer, readTokenizer, type TextReader, type TokenizerFiles} from "./tokenizer.js";
