import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {Tokenizer} from "@huggingface/tokenizers";
import {chatTemplate, forTemplate} from "../../../weights/chatTemplates/index.js";
import type {TokenCount} from "./exampleTokens.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

/** Counts a conversation's tokens as the model of a checkpoint's folder sees it: its chat template, then its tokenizer. */
export async function checkpointTokenCounter(folder: string): Promise<TokenCount> {
  for (const name of ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"])
    await assertTextFile(join(folder, name));
  const read = (name: string) => readFile(join(folder, name), "utf8");
  const checked = <T>(what: string, made: () => T): T => {
    try {
      return made();
    } catch (cause) {
      const why = `${folder}: ${what} cannot be used: ${messageOf(cause)}.`;
      throw new UserError(`${why} Fetch the checkpoint again.`, {cause});
    }
  };
  const json = await read("tokenizer.json").catch((cause: unknown) => {
    throw new UserError(`${folder} has no tokenizer.json that can be read. Name a checkpoint's folder.`, {
      cause
    });
  });
  const settings = await read("tokenizer_config.json").catch(() => "{}");
  const config = checked("tokenizer_config.json", () => JSON.parse(settings) as {chat_template?: unknown});
  const source =
    (await read("chat_template.jinja").catch(() => undefined)) ??
    (typeof config.chat_template === "string" ? config.chat_template : undefined);
  if (source === undefined)
    throw new UserError(
      `${folder} has no chat template (chat_template.jinja or tokenizer_config.json). Name an instruction-tuned checkpoint.`
    );
  const template = checked("its chat template", () => chatTemplate(source));
  const tokenizer = checked(
    "tokenizer.json",
    () => new Tokenizer(JSON.parse(json) as object, config as object)
  );
  return (messages, tools) => {
    const {text} = template.render(messages.map(forTemplate), {tools: tools as unknown[] | undefined});
    return tokenizer.encode(text, {add_special_tokens: false}).ids.length;
  };
}
