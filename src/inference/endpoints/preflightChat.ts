import type {ChatAnswer} from "./chatResponse.js";
import {isUnlisted, modelFinding, suggest} from "./preflightModel.js";
import {
  EndpointError,
  isOutage,
  type CompletionRequest,
  type EndpointNeeds,
  type PreflightFinding
} from "./types.js";

export interface PreflightProbe {
  name: string;
  /** The names the server lists; throws EndpointError when it lists none. */
  listModels(): Promise<string[]>;
  /** With the endpoint's retries; or the answer of before (`kept`), unless it is to be asked anew. */
  ask(request: CompletionRequest, how?: {anew?: boolean}): Promise<ChatAnswer & {kept?: boolean}>;
  /** The variables that hold the key, for the advice. */
  keyNames: string[];
}

/** What asks the least that shows whether a model can do what an eval needs. */
export function preflightRequests(model: string, needs: EndpointNeeds): CompletionRequest[] {
  const plain = plainRequest(model, needs);
  return [
    plain,
    ...(needs.streaming ? [streamed(plain)] : []),
    ...(needs.tools ? [toolsRequest(model)] : [])
  ];
}

function plainRequest(model: string, needs: EndpointNeeds): CompletionRequest {
  return {
    model,
    messages: [{role: "user", content: "Answer with the word yes."}],
    params: {
      temperature: 0,
      max_tokens: 1,
      ...(needs.logprobs ? {logprobs: true, top_logprobs: 5} : undefined)
    }
  };
}

const streamed = (request: CompletionRequest): CompletionRequest => ({
  ...request,
  params: {...request.params, stream: true}
});

function toolsRequest(model: string): CompletionRequest {
  return {
    model,
    messages: [{role: "user", content: "Call the function report with the word yes."}],
    tools: [
      {
        type: "function",
        function: {
          name: "report",
          description: "Reports a word.",
          parameters: {type: "object", properties: {word: {type: "string"}}, required: ["word"]}
        }
      }
    ],
    params: {temperature: 0, max_tokens: 128}
  };
}

/** Why a server that answered before may not answer now; its list of models tells it without a paid call. */
const GONE = new Set<string>(["connection", "timeout", "auth"]);

/**
 * Asks a chat server for what an eval needs: one or two tiny completions (one token of output where the server
 * allows it) and its list of models. Stops at the first thing without which the rest cannot be known. Where an answer of before
 * stands for a completion and the list cannot be had, the server is asked anew.
 */
export async function preflightChat(
  probe: PreflightProbe,
  model: string,
  needs: EndpointNeeds
): Promise<PreflightFinding[]> {
  const {name} = probe;
  const request = plainRequest(model, needs);
  const [listed, first] = await Promise.all([
    settle(probe.listModels()),
    settle(askLeniently(probe, request))
  ]);
  const doubtful = first.value?.kept && listed.error && GONE.has(listed.error.kind);
  const asked = doubtful ? await settle(askLeniently(probe, request, {anew: true})) : first;
  if (asked.error) return refusals(probe, model, asked.error, listed.value);

  const answer = asked.value!;
  const findings: PreflightFinding[] = [
    {check: "reachable", status: "ok", message: `${name} answers.`},
    {
      check: "key",
      status: "ok",
      message: probe.keyNames.length ? `${name} accepts its key.` : `${name} needs no key.`
    },
    modelFinding(name, model, answer, listed.value),
    {check: "chat-template", status: "ok", message: `${model} takes a conversation.`},
    answer.usage
      ? {check: "usage", status: "ok", message: `${name} reports the tokens used.`}
      : {
          check: "usage",
          status: needs.usage ? "error" : "warning",
          message: `${name} reports no usage: tokens are counted here and marked as estimates, and a call's own cost stays unknown. Switch usage on in the server if it can be.`
        }
  ];
  if (needs.logprobs) findings.push(logprobsFinding(name, answer));
  if (needs.streaming) findings.push(await streamingFinding(probe, request));
  if (needs.tools) findings.push(await toolsFinding(probe, model));
  return findings;
}

interface ProbeResult<T> {
  value?: T;
  error?: EndpointError;
}

async function settle<T>(promise: Promise<T>): Promise<ProbeResult<T>> {
  try {
    return {value: await promise};
  } catch (error) {
    if (error instanceof EndpointError) return {error};
    throw error;
  }
}

/** Some models refuse max_tokens or temperature; what matters here is whether they answer. */
async function askLeniently(
  probe: PreflightProbe,
  request: CompletionRequest,
  how?: {anew?: boolean}
): Promise<ChatAnswer & {kept?: boolean}> {
  const first = await settle(probe.ask(request, how));
  if (first.value) return first.value;
  if (
    first.error!.kind !== "bad-request" ||
    !/max_(completion_)?tokens|temperature/.test(first.error!.message)
  )
    throw first.error!;
  const plain = {...request, params: {...request.params, max_tokens: undefined, temperature: undefined}};
  return probe.ask(plain, how);
}

/** What it means for a model that a server refused, or did not answer. */
export function refusals(
  {name, keyNames}: Pick<PreflightProbe, "name" | "keyNames">,
  model: string,
  error: EndpointError,
  models: string[] | undefined
): PreflightFinding[] {
  const {kind, message} = error;
  if (kind === "connection" || kind === "timeout" || kind === "aborted")
    return [notNow("reachable", name, error)];
  if (kind === "auth") {
    const named = keyNames.length > 0 && keyNames.every((one) => message.includes(one));
    const where = named
      ? ""
      : keyNames.length
        ? ` The key comes from ${keyNames.join(" and ")}.`
        : " Name its variable in apiKeyEnv.";
    return [{check: "key", status: "error", message: `${name}: ${message}${where}`}];
  }
  const reachable: PreflightFinding = {check: "reachable", status: "ok", message: `${name} answers.`};
  if (/chat[ _-]?template/i.test(message))
    return [
      reachable,
      {
        check: "chat-template",
        status: "error",
        message: `${name}: ${model} has no chat template, so it takes no conversations. Give the server one (vLLM: --chat-template), or serve the instruction-tuned model.`
      }
    ];
  if (kind === "rate-limit") return [notNow("reachable", name, error)];
  if (kind === "bad-request" && error.detail.status === 404 && models?.includes(model))
    return [
      reachable,
      {
        check: "model",
        status: "error",
        message: `${name} lists ${model}, and has no chat completions at its address: check the path of the base URL, and that the model is one for chat. ${message}`
      }
    ];
  if (kind === "bad-request" && (error.detail.status === 404 || isUnlisted(model, models)))
    return [
      reachable,
      {
        check: "model",
        status: "error",
        message: [`${name} has no model ${model}.`, suggest(model, models), message].filter(Boolean).join(" ")
      }
    ];
  return [notNow("reachable", name, error)];
}

/** A limited rate ends, and does not keep an eval from beginning; whether an outage does, the other candidates decide. */
function notNow(check: PreflightFinding["check"], name: string, error: EndpointError): PreflightFinding {
  const message = `${name}: ${error.message}`;
  if (error.kind === "rate-limit") return {check, status: "warning", message};
  return {check, status: "error", message, mayPass: isOutage(error) ? true : undefined};
}

const isNotNow = (error: EndpointError) => error.kind === "rate-limit" || isOutage(error);

function logprobsFinding(name: string, answer: ChatAnswer): PreflightFinding {
  const first = answer.logprobs?.[0];
  if (!first)
    return {
      check: "logprobs",
      status: "error",
      message: `${name} returns no log probabilities, and scores made of them would fall to chance. Switch them on in the server or use another endpoint.`
    };
  if (!first.top?.length)
    return {
      check: "logprobs",
      status: "warning",
      message: `${name} returns log probabilities of the chosen token only, without alternatives (top_logprobs).`
    };
  return {
    check: "logprobs",
    status: "ok",
    message: `${name} returns log probabilities with ${first.top.length} alternatives.`
  };
}

async function streamingFinding(
  probe: PreflightProbe,
  request: CompletionRequest
): Promise<PreflightFinding> {
  const {value, error} = await settle(askLeniently(probe, streamed(request)));
  if (error && isNotNow(error)) return notNow("streaming", probe.name, error);
  if (error)
    return {check: "streaming", status: "error", message: `${probe.name} does not stream: ${error.message}`};
  if (!value!.usage)
    return {
      check: "streaming",
      status: "warning",
      message: `${probe.name} streams but reports no usage then. Set stream: false when cost matters.`
    };
  return {check: "streaming", status: "ok", message: `${probe.name} streams.`};
}

async function toolsFinding(probe: PreflightProbe, model: string): Promise<PreflightFinding> {
  const {value, error} = await settle(askLeniently(probe, toolsRequest(model)));
  if (error && isNotNow(error)) return notNow("tools", probe.name, error);
  if (error)
    return {
      check: "tools",
      status: "error",
      message: `${probe.name} refuses tools: ${error.message} Switch tool calling on in the server (vLLM: --enable-auto-tool-choice).`
    };
  if (value!.toolCalls?.length) return {check: "tools", status: "ok", message: `${model} calls tools.`};
  return {
    check: "tools",
    status: "warning",
    message: `${probe.name} takes tools, but ${model} called none when asked to. Check the server's tool parser.`
  };
}
