import {at, isObject, objectsOf, readDocument, textOf, wrongShape} from "./json.js";
import type {Importer} from "./types.js";

/** Results that promptfoo writes with `--output results.json`: one row for each test, prompt and provider. */
export const promptfoo: Importer = async function* (file) {
  const document = await readDocument(file);
  const results = at(document, "results", "results") ?? at(document, "results");
  if (!isObject(document) || !Array.isArray(results))
    throw wrongShape(file, "a promptfoo results file with `results.results`");
  for (const [i, result] of objectsOf(results).entries()) {
    const {provider} = result;
    yield {
      id: textOf(result.id) ?? `${textOf(document.evalId) ?? "results"}/${i}`,
      provider: isObject(provider) ? textOf(provider.label ?? provider.id) : textOf(provider),
      prompt: textOf(at(result, "prompt", "label") ?? at(result, "prompt", "raw")),
      input: textOf(at(result, "prompt", "raw")),
      vars: textOf(result.vars),
      output: textOf(at(result, "response", "output")),
      success: result.success,
      score: result.score,
      error: textOf(result.error),
      latency_ms: result.latencyMs,
      cost_usd: result.cost
    };
  }
};
