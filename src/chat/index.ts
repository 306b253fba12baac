export {chatTemplate, type ChatTemplate, TemplateError} from "./chatTemplate.js";
export {prefixSpans} from "./prefixSpans.js";
export {type ChatMessage, type Span} from "./types.js";
