/**
 * Chat templates of tokenizers, rendered as transformers renders them.
 * In: a template and messages with their tools. Out: the prompt, and the spans that the assistant wrote.
 * It tokenizes nothing.
 */
export {chatTemplate, type ChatTemplate, TemplateError} from "./chatTemplate.js";
export {type ApiMessage, forTemplate, withArguments} from "./forTemplate.js";
export {prefixSpans} from "./prefixSpans.js";
export type {ChatContext, ChatMessage, TextSpan} from "./types.js";
