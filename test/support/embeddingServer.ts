import {createServer} from "node:http";
import type {AddressInfo} from "node:net";

export interface EmbeddingServer {
  url: string;
  /** The texts of each request, in order of arrival. */
  requests: string[][];
  close(): Promise<void>;
}

/** A loopback server with OpenAI's embeddings: letter counts, each text billed by its characters. */
export async function startEmbeddingServer({
  status = 200,
  usage = true
}: {status?: number; usage?: boolean} = {}): Promise<EmbeddingServer> {
  const requests: string[][] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    const {input, model} = JSON.parse(body) as {input: string[]; model: string};
    if (request.url === "/v1/embeddings") requests.push(input);
    // In reverse: the index says which text a vector is of.
    const data = input
      .map((text, index) => ({object: "embedding", index, embedding: letters(text)}))
      .reverse();
    const tokens = input.join("").length;
    response.writeHead(status, {"content-type": "application/json"});
    response.end(
      JSON.stringify({
        object: "list",
        model,
        data,
        ...(usage ? {usage: {prompt_tokens: tokens, total_tokens: tokens}} : undefined)
      })
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  };
}

const alphabet = [..."abcdefghijklmnopqrstuvwxyz"];
export const letters = (text: string) => alphabet.map((letter) => text.split(letter).length - 1);
