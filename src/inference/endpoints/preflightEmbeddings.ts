import {type PreflightProbe, refusals} from "./preflightChat.js";
import {embeddingRequest, unpackVectors} from "./vectors.js";
import {type Completion, type CompletionRequest, EndpointError, type PreflightFinding} from "./types.js";

export interface EmbeddingProbe extends Pick<PreflightProbe, "name" | "keyNames"> {
  /** With the endpoint's retries; or the answer of before (`kept`), unless it is to be asked anew. */
  ask(
    request: CompletionRequest,
    how?: {anew?: boolean}
  ): Promise<Pick<Completion, "text" | "usage" | "servedModel"> & {kept?: boolean}>;
  /** Asks for something that is not paid for; throws EndpointError. */
  reach(): Promise<unknown>;
}

/** What shows whether a server embeds: the vector of one word. */
export function embeddingPreflightRequests(model: string): CompletionRequest[] {
  return [embeddingRequest(model, ["yes"])];
}

/** Asks a server of embeddings for the vector of one word; anew where an answer of before stands for it and nobody is there. */
export async function preflightEmbeddings(probe: EmbeddingProbe, model: string): Promise<PreflightFinding[]> {
  const {name, keyNames} = probe;
  const [request] = embeddingPreflightRequests(model);
  try {
    let answer = await probe.ask(request!);
    if (answer.kept && (await isGone(probe))) answer = await probe.ask(request!, {anew: true});
    const [vector] = unpackVectors(answer.text);
    return [
      {check: "reachable", status: "ok", message: `${name} answers.`},
      {
        check: "key",
        status: "ok",
        message: keyNames.length ? `${name} accepts its key.` : `${name} needs no key.`
      },
      {check: "model", status: "ok", message: `${model} gives vectors of ${vector!.length} numbers.`},
      answer.usage
        ? {check: "usage", status: "ok", message: `${name} reports the tokens used.`}
        : {
            check: "usage",
            status: "warning",
            message: `${name} reports no usage: what its calls cost stays unknown.`
          }
    ];
  } catch (error) {
    if (error instanceof EndpointError) return refusals(probe, model, error, undefined);
    throw error;
  }
}

async function isGone({reach}: EmbeddingProbe): Promise<boolean> {
  try {
    await reach();
    return false;
  } catch (error) {
    return error instanceof EndpointError && (error.kind === "connection" || error.kind === "timeout");
  }
}
