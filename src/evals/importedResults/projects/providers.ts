import {memberOf} from "../../../base/validation/memberOf.js";
import type {Reach} from "./types.js";

/** Addresses that speak OpenAI's chat completions, by the word other tools use for the provider. */
const PROVIDERS: Readonly<Record<string, Omit<Reach, "provider">>> = {
  openai: api("https://api.openai.com/v1", "OPENAI_API_KEY"),
  anthropic: api("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
  mistral: api("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
  groq: api("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
  google: api("https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
  openrouter: api("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
  together: api("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
  togetherai: api("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
  fireworks: api("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
  deepseek: api("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
  xai: api("https://api.x.ai/v1", "XAI_API_KEY"),
  ollama: {baseUrl: "http://127.0.0.1:11434/v1", hosting: "on-prem"},
  vllm: {baseUrl: "http://127.0.0.1:8000/v1", hosting: "on-prem"},
  localai: {baseUrl: "http://127.0.0.1:8080/v1", hosting: "on-prem"}
};

function api(baseUrl: string, apiKeyEnv: string): Omit<Reach, "provider"> {
  return {baseUrl, apiKeyEnv, hosting: "api"};
}

/**
 * The model and the server that an id names: "openai:chat:gpt-4o" as promptfoo writes it, "openai/gpt-4o" as Inspect
 * does. No server when none of ours speaks to it.
 */
export function reachOf(id: string): {model: string; reach?: Reach} {
  const parts = id.includes(":") && !id.includes("://") ? id.split(":") : id.split("/");
  const [provider = "", ...rest] = parts;
  const name = provider.toLowerCase();
  if (!Object.hasOwn(PROVIDERS, name)) return {model: id};
  const known = memberOf(PROVIDERS, name)!;
  const separator = id.includes(":") ? ":" : "/";
  const model = (
    ["chat", "messages", "completion", "responses"].includes(rest[0] ?? "") ? rest.slice(1) : rest
  ).join(separator);
  return model === "" ? {model: id} : {model, reach: {provider: name, ...known}};
}
