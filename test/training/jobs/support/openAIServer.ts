import {createServer, type IncomingMessage, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";

export interface SentRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

interface ServerJob {
  id: string;
  object: string;
  status: string;
  training_file: string;
  fine_tuned_model: string | null;
  [name: string]: unknown;
}

export interface OpenAIServer {
  baseUrl: string;
  requests: SentRequest[];
  jobs: ServerJob[];
  files: {id: string; filename: string; content: string; status?: string}[];
  /** Words for a file that was sent, one at each look; it has none where this is empty. */
  imports: string[];
  events: {id: string; [name: string]: unknown}[];
  checkpoints: {id: string; [name: string]: unknown}[];
  /** Answers a request in the server's place; after `"after"`, which drops the connection, the request is done all the same. */
  disturb?(
    request: SentRequest
  ): {status: number; headers?: Record<string, string>; body?: unknown} | "drop" | "after" | undefined;
  close(): Promise<void>;
}

/** A fine-tuning service in the manner of OpenAI's, with pages of two, that keeps what it is sent. */
export async function openAIServer(port = 0): Promise<OpenAIServer> {
  const server: Omit<OpenAIServer, "baseUrl" | "close"> = {
    requests: [],
    jobs: [],
    files: [],
    imports: [],
    events: [],
    checkpoints: []
  };
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent: SentRequest = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString()
      };
      server.requests.push(sent);
      const disturbance = own.disturb?.(sent);
      if (disturbance === "drop") return void request.socket.destroy();
      if (disturbance !== undefined && disturbance !== "after") {
        response.writeHead(disturbance.status, {"content-type": "application/json", ...disturbance.headers});
        return void response.end(JSON.stringify(disturbance.body ?? {error: {message: "disturbed"}}));
      }
      const answer = answerOf(server, sent);
      if (disturbance === "after") return void request.socket.destroy();
      send(response, answer);
    });
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  const own: OpenAIServer = Object.assign(server, {
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      })
  });
  return own;
}

function send(response: ServerResponse, answer: object | undefined): void {
  response.writeHead(answer ? 200 : 404, {"content-type": "application/json"});
  response.end(JSON.stringify(answer ?? {error: {message: "no such thing"}}));
}

type State = Pick<OpenAIServer, "jobs" | "files" | "imports" | "events" | "checkpoints">;

function answerOf(state: State, {method, path, body}: SentRequest): object | undefined {
  const url = new URL(path, "http://127.0.0.1");
  const [, , ...names] = url.pathname.split("/");
  const route = `${method} ${names.join("/")}`;
  if (route === "POST files") {
    const filename = /filename="([^"]+)"/.exec(body)![1]!;
    const content = /\r\ncontent-type: application\/jsonl\r\n\r\n([\s\S]*)\r\n--/.exec(body)![1]!;
    const file = {id: `file-${state.files.length}`, filename, content, status: state.imports[0]};
    state.files.push(file);
    return {...file, object: "file", content: undefined, purpose: "fine-tune", bytes: content.length};
  }
  if (method === "GET" && names[0] === "files" && names[1] !== undefined) {
    const file = state.files.find(({id}) => id === names[1]);
    return file && Object.assign(file, {status: state.imports.shift() ?? file.status});
  }
  if (route === "GET files") return page(state.files, url);
  if (route === "POST fine_tuning/jobs") {
    const job: ServerJob = {
      ...(JSON.parse(body) as {training_file: string}),
      id: `ftjob-${state.jobs.length}`,
      object: "fine_tuning.job",
      status: "validating_files",
      fine_tuned_model: null,
      something_new: {since: 2027}
    };
    state.jobs.push(job);
    return job;
  }
  if (route === "GET fine_tuning/jobs") return page([...state.jobs].reverse(), url);
  const job = state.jobs.find(({id}) => id === names[2]);
  if (!job) return undefined;
  if (names[3] === undefined) return job;
  if (names[3] === "events") return page([...state.events].reverse(), url);
  if (names[3] === "checkpoints") return page([...state.checkpoints].reverse(), url);
  if (names[3] === "cancel") return Object.assign(job, {status: "cancelled"});
  return undefined;
}

/** Two entries a page, whatever is asked for. */
function page(all: readonly {id: string}[], url: URL): object {
  const after = url.searchParams.get("after");
  const from = after === null ? 0 : all.findIndex(({id}) => id === after) + 1;
  return {object: "list", data: all.slice(from, from + 2), has_more: from + 2 < all.length};
}
