export {
  chatTemplate,
  type ChatTemplate,
  type Rendered,
  type RenderOptions,
  TemplateError
} from "./chatTemplate.js";
export {prefixSpans} from "./prefixSpans.js";
export {type ChatContext, type ChatMessage, type Span} from "./types.js";
