import {
  chatTemplate,
  type ChatMessage,
  prefixSpans,
  type TextSpan
} from "../../../src/weights/chatTemplates/index.js";
import type {Reader} from "../figure.js";
import {has, isObject, type Item, jsonFiles} from "../item.js";

interface Conversation {
  name: string;
  messages: ChatMessage[];
  tools?: unknown[];
  continue_final_message?: boolean;
}

interface Outcome {
  key: {template: string; conversation: string; add_generation_prompt: boolean};
  text?: string;
  error?: string;
  assistant?: readonly TextSpan[];
  prefix?: readonly TextSpan[];
}

/** Chat templates with conversations to render, and where the assistant's words stand (in UTF-16 units). */
export const chatTemplates: Reader = {
  kind: "chat templates",
  matches: (item) => templateFiles(item).length > 0 && conversationFiles(item).length > 0,
  figures(item) {
    const outcomes = allOutcomes(item);
    const of = (name: string, path: string[], ours: (outcome: Outcome) => unknown) => ({
      name,
      records: outcomes.map((outcome) => ({key: outcome.key, ours: ours(outcome)})),
      publishedRecords: {file: "expected.json", path}
    });
    return [
      of("rendered text", ["text"], ({text}) => text),
      // Python's own errors (TypeError) are not the template's and need not occur.
      of("refused by the template", ["error", "type"], ({error}) => error),
      of("spans between generation markers", ["assistant_spans", "utf16"], ({assistant}) => assistant),
      of("stable under prefixes", ["prefix_spans", "holds"], ({prefix}) => prefix !== undefined),
      of("spans by prefixes", ["prefix_spans", "utf16"], ({prefix}) => prefix)
    ];
  },
  notReproduced: [
    {
      path: /_spans\/code_points|add_generation_prompt/,
      why: "what was asked, and the same spans in code points (JavaScript counts UTF-16 units)"
    }
  ]
};

function allOutcomes(item: Item): Outcome[] {
  const templates = item.json(templateFiles(item)[0]!) as Record<
    string,
    {template: string; variables?: Record<string, unknown>}
  >;
  const conversations = item.json(conversationFiles(item)[0]!) as Conversation[];
  return Object.entries(templates).flatMap(([name, {template, variables}]) => {
    const read = chatTemplate(template);
    return conversations.flatMap((conversation) =>
      [false, true].map((prompt): Outcome => {
        const {messages, tools} = conversation;
        const key = {template: name, conversation: conversation.name, add_generation_prompt: prompt};
        const context = {tools, variables};
        const continued = !prompt && conversation.continue_final_message === true;
        try {
          const {text, assistantSpans} = read.render(messages, {
            ...context,
            addGenerationPrompt: prompt,
            continueFinalMessage: continued
          });
          return {
            key,
            text,
            assistant: assistantSpans,
            prefix: prompt ? undefined : prefixSpans(read, messages, context)
          };
        } catch (error) {
          return {key, error: error instanceof Error ? error.name : String(error)};
        }
      })
    );
  });
}

function templateFiles(item: Item): string[] {
  return jsonFiles(
    item,
    (content) => isObject(content) && Object.values(content).some((one) => has(one, "template", "variables"))
  );
}

function conversationFiles(item: Item): string[] {
  return jsonFiles(item, (content) => Array.isArray(content) && has(content[0], "name", "messages"));
}
