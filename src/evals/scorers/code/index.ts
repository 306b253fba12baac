export {codeExecution, type CodeExecutionOptions} from "./codeExecution.js";
export type {CodeLanguage} from "./fencedCode.js";
