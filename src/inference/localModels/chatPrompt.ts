import {
  type ChatTemplate,
  chatTemplate,
  forTemplate,
  TemplateError
} from "../../weights/chatTemplates/index.js";
import {EndpointError, type Message, type ToolDefinition} from "../endpoints/index.js";

/** Turns messages into the text that a model continues. */
export interface Prompter {
  template?: ChatTemplate;
  prompt(messages: readonly Message[], tools?: readonly ToolDefinition[]): string;
}

/** What makes a prompter, in any thread. */
export interface PrompterSettings {
  template?: string;
  variables?: Record<string, unknown>;
  today?: Date;
}

/**
 * Uses the model's chat template. A model without one gets the messages' texts, one after the other with a line end
 * between: what a model that was trained on plain text expects.
 */
export function prompterOf({template: source, variables, today}: PrompterSettings): Prompter {
  const template = source === undefined ? undefined : chatTemplate(source);
  return {
    template,
    prompt(messages, tools) {
      if (!template) {
        if (tools?.length)
          throw new EndpointError(
            "bad-request",
            "This model has no chat template, so that it cannot be told of tools."
          );
        return messages.map(({content}) => content ?? "").join("\n");
      }
      try {
        return template.render(messages.map(forTemplate), {
          tools: tools?.length ? tools : undefined,
          addGenerationPrompt: true,
          variables,
          today
        }).text;
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        throw new EndpointError(
          "bad-request",
          `The model's chat template refused the conversation: ${error.message}`,
          {
            cause: error
          }
        );
      }
    }
  };
}
