import {UserError} from "../../base/validation/errors.js";
import {completionCost, hostingKind, hostingModels} from "../../base/costs/index.js";
import {anyObject, either, exactly, func, listOf, text} from "../../base/validation/checked.js";
import {realEffects} from "./effects.js";
import {assertOptions, effects as effectsSchema, hosting, price as priceSchema, trust} from "./options.js";
import {amountOf, fieldOf, recordedText} from "./recordField.js";
import {recordKey, openSource, type RecordedOptions, type Recording} from "./recordSource.js";
import {
  type Completion,
  type CompletionOptions,
  type Endpoint,
  EndpointError,
  type PreflightFinding
} from "./types.js";

const field = either("a field's name or a function of the record", text(), func());

const schema = exactly<RecordedOptions>("options such as {name, file}", {
  name: text(),
  file: text("a path").optional(),
  rows: listOf(anyObject("a record"), "a list of records").optional(),
  id: field.optional(),
  output: field.optional(),
  repeat: field.optional(),
  model: field.optional(),
  judged: field.optional(),
  usage: func("a function of the record").optional(),
  latencyMs: field.optional(),
  effects: effectsSchema,
  finishReason: field.optional(),
  price: priceSchema.optional(),
  hosting: hosting.optional(),
  trust: trust.optional()
});

/**
 * Replays outputs that were given before, by row id and repeat. A row without a record fails with
 * "missing-record". The file is read once, in blocks, when first needed; its outputs stay on disk.
 * Throws at once unless exactly one of `file` and `rows` is given.
 */
export function recorded(options: RecordedOptions): Endpoint {
  assertOptions(schema, options);
  const {name, file, rows, price, effects = realEffects} = options;
  if ((file === undefined) === (rows === undefined))
    throw new UserError(`endpoint "${name}": give either file or rows`);
  let opening: Promise<Recording> | undefined;
  const source = () => (opening ??= openSource(options));

  const complete = async (
    model: string,
    {rowId, repeat = 0, judged = "", attempts}: CompletionOptions
  ): Promise<Completion> => {
    const {positions, read} = await source();
    const start = effects.now();
    if (rowId === undefined)
      throw new EndpointError(
        "bad-request",
        `${name}: recorded outputs are looked up by row id, and none was given.`
      );
    const found = positions.get(
      recordKey(
        options.model === undefined ? "" : model,
        rowId,
        repeat,
        options.judged === undefined ? "" : judged
      )
    );
    const record = found && (await read(found.position));
    const text =
      record && recordedText(fieldOf(record, found.position, options.output ?? "output"), found.item);
    if (!record || text === undefined)
      throw new EndpointError(
        "missing-record",
        `${name}: ${record ? "the record has no output" : "no record"} for row ${rowId}${repeat ? `, repeat ${repeat}` : ""}.`
      );
    const usage = options.usage?.(record);
    const latency =
      options.latencyMs === undefined
        ? undefined
        : amountOf(fieldOf(record, found.position, options.latencyMs));
    const latencyMs = latency ?? effects.now() - start;
    const finishReason = options.finishReason && fieldOf(record, found.position, options.finishReason);
    const costUsd = completionCost(usage, price);
    attempts?.onAttempt?.({attempt: 1, latencyMs});
    return {
      text,
      finishReason: typeof finishReason === "string" ? finishReason : "recorded",
      latencyMs,
      attempts: 1,
      ...(usage ? {usage} : undefined),
      ...(costUsd === undefined ? undefined : {costUsd})
    };
  };

  return {
    name,
    kind: "recorded",
    hosting: hostingKind(options.hosting ?? "api"),
    hostings: hostingModels(options.hosting),
    trust: options.trust ?? "local",
    price: () => price,
    async identity() {
      const {sha256, reading} = await source();
      return {recording: sha256, reading};
    },
    complete: (request, completionOptions = {}) => complete(request.model, completionOptions),
    async preflight(model, needs): Promise<PreflightFinding[]> {
      return checkRecording(options, model, needs, source);
    },
    async close() {
      const open = opening;
      opening = undefined;
      await (await open?.catch(() => undefined))?.close();
    }
  };
}

async function checkRecording(
  options: RecordedOptions,
  model: string,
  needs: {logprobs?: boolean; tools?: boolean; usage?: boolean},
  source: () => Promise<Recording>
): Promise<PreflightFinding[]> {
  const {name} = options;
  const findings: PreflightFinding[] = [];
  try {
    const {positions} = await source();
    findings.push({
      check: "reachable",
      status: positions.size ? "ok" : "error",
      message: positions.size
        ? `${name} holds ${positions.size} recorded outputs.`
        : `${name} holds no record. Check the file.`
    });
    if (options.model !== undefined) {
      const known = [...positions.keys()].some((key) => key.startsWith(`${model}\u0000`));
      findings.push({
        check: "model",
        status: known ? "ok" : "error",
        message: known
          ? `${name} has outputs of ${model}.`
          : `${name} has no output of ${model}. Check the model's name.`
      });
    }
  } catch (error) {
    findings.push({check: "reachable", status: "error", message: `${name}: ${(error as Error).message}`});
  }
  for (const need of ["logprobs", "tools"] as const)
    if (needs[need])
      findings.push({
        check: need,
        status: "error",
        message: `${name} replays text and has no ${need}. Use another endpoint for this eval.`
      });
  if (needs.usage && !options.usage)
    findings.push({
      check: "usage",
      status: "warning",
      message: `${name} records no usage, so its cost stays unknown. Map it with "usage".`
    });
  return findings;
}
