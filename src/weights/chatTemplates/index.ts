export {chatTemplate, type ChatTemplate, TemplateError} from "./chatTemplate.js";
export {type ApiMessage, forTemplate, withArguments} from "./forTemplate.js";
export {prefixSpans} from "./prefixSpans.js";
export type {ChatContext, ChatMessage, TextSpan} from "./types.js";
