export {chatTemplate, type ChatTemplate, TemplateError} from "./chatTemplate.js";
export {prefixSpans} from "./prefixSpans.js";
export type {ChatMessage, Span} from "./types.js";
