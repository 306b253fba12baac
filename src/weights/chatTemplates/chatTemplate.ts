import {Template} from "@huggingface/jinja";
import {spellAsPython} from "./pythonWords.js";
import type {ChatContext, ChatMessage, TextSpan} from "./types.js";

export interface RenderOptions extends ChatContext {
  /** Ends the prompt where the assistant's next message begins. */
  addGenerationPrompt?: boolean;
  /** Ends the prompt inside the last message, so that it is continued. Not together with `addGenerationPrompt`. */
  continueFinalMessage?: boolean;
}

export interface RenderedChat {
  text: string;
  /** What the assistant wrote, where the template marks it with `{% generation %}`; undefined where it does not. */
  assistantSpans?: TextSpan[];
}

/** A model's chat template. */
export interface ChatTemplate {
  source: string;
  /** Whether the template marks the assistant's own words. */
  marksAssistant: boolean;
  /** Throws a TemplateError when the template refuses the conversation or cannot be run. */
  render(messages: readonly ChatMessage[], options?: RenderOptions): RenderedChat;
}

/** A template refused a conversation, or is none. The message is its own. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

/** What Llama's templates take for today when nothing tells them. */
const USUAL_DAY = new Date(2024, 6, 26);

/** The engine's own `strftime_now` cannot be replaced and reads the clock, so templates call another name. */
const TODAY = "strftime_of_today";

const MARKER = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;

/** Reads a Jinja chat template with trim_blocks and lstrip_blocks, as transformers does. */
export function chatTemplate(source: string): ChatTemplate {
  const marksAssistant = /\{%-?\s*generation\s*-?%\}/.test(source);
  const [open, close] = marksAssistant ? unusedCharacters(source) : ["", ""];
  const template = parse(marksAssistant ? withMarks(source, open, close) : source);
  return {
    source,
    marksAssistant,
    render(messages, options = {}) {
      const {addGenerationPrompt = false, continueFinalMessage = false, today = USUAL_DAY} = options;
      if (addGenerationPrompt && continueFinalMessage)
        throw new Error("addGenerationPrompt and continueFinalMessage exclude each other");
      const raw = run(template, {
        messages,
        tools: options.tools ?? null,
        add_generation_prompt: addGenerationPrompt,
        [TODAY]: (format: string) => formatted(today, format),
        ...options.variables
      });
      const rendered: RenderedChat = marksAssistant ? unmarked(raw, open, close) : {text: raw};
      return continueFinalMessage ? cutInLast(rendered, messages) : rendered;
    }
  };
}

function parse(source: string): Template {
  try {
    const template = new Template(source.replace(/\bstrftime_now\b/g, TODAY));
    spellAsPython(template.parsed);
    return template;
  } catch (cause) {
    throw new TemplateError(`the chat template is no valid Jinja: ${(cause as Error).message}`, {cause});
  }
}

function run(template: Template, variables: Record<string, unknown>): string {
  try {
    return template.render(variables);
  } catch (cause) {
    throw new TemplateError((cause as Error).message, {cause});
  }
}

/**
 * Two characters for private use that nothing in the template holds. A message that holds one would only move spans, so
 * rows of text are not searched for them.
 */
function unusedCharacters(source: string): [string, string] {
  const free: string[] = [];
  for (let code = 0xf8f0; code > 0xe000 && free.length < 2; code--) {
    const character = String.fromCharCode(code);
    if (!source.includes(character)) free.push(character);
  }
  return [free[0]!, free[1]!];
}

/** Each marker becomes a tag for the white space before it, a character, and a tag for the white space after it. */
function withMarks(source: string, open: string, close: string): string {
  return source.replace(
    MARKER,
    (_, before: string, end: string | undefined, after: string) =>
      `{%${before} set _mark = 1 %}{{ '${end ? close : open}' }}{% set _mark = 1 ${after}%}`
  );
}

function unmarked(raw: string, open: string, close: string): RenderedChat {
  const assistantSpans: TextSpan[] = [];
  let text = "";
  let from = 0;
  for (const part of raw.split(new RegExp(`([${open}${close}])`))) {
    if (part === open) from = text.length;
    else if (part === close) assistantSpans.push([from, text.length]);
    else text += part;
  }
  return {text, assistantSpans};
}

/** As transformers: up to the end of the last message's content, with its trailing space where the template kept it. */
function cutInLast({text, assistantSpans}: RenderedChat, messages: readonly ChatMessage[]): RenderedChat {
  const content = String(messages.at(-1)?.content ?? "");
  const at = text.lastIndexOf(content.trim());
  if (at < 0)
    throw new TemplateError("the template does not show the last message, so it cannot be continued");
  const whole = content.trimStart();
  const end = at + (text.startsWith(whole, at) ? whole.length : content.trim().length);
  return {
    text: text.slice(0, end),
    assistantSpans: assistantSpans
      ?.filter(([from]) => from < end)
      .map(([from, to]): TextSpan => [from, Math.min(to, end)])
  };
}

const months = "January February March April May June July August September October November December".split(
  " "
);
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** The parts of `strftime` that templates use. */
function formatted(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const parts: Record<string, string> = {
    d: two(date.getDate()),
    b: months[date.getMonth()]!.slice(0, 3),
    B: months[date.getMonth()]!,
    Y: String(date.getFullYear()),
    m: two(date.getMonth() + 1),
    A: days[date.getDay()]!,
    a: days[date.getDay()]!.slice(0, 3),
    H: two(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    "%": "%"
  };
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, plain: string, letter: string) => {
    const part = parts[letter];
    return part === undefined ? whole : plain ? part.replace(/^0(?=\d)/, "") : part;
  });
}
