import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {afterAll, expect, it} from "vitest";
import {defineDataset, importVersion, pull, type Transfer} from "../../../src/data/datasets/index.js";
import {hubDownloads} from "../../../src/inference/localModels/hubClient.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => (server.closeAllConnections(), server.close())));

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const idleMs = 300;
const csv = "id,text\n1,a\n2,b\n3,c\n";
const set = (url: string) =>
  defineDataset({name: "set", id: "id", source: {kind: "files", files: `${url}/rows.csv`}});

it.concurrent(
  "asks a server again that sends nothing, before its answer or inside it, and tells of each time",
  async () => {
    let requests = 0;
    const url = await listen((request, response) => {
      requests++;
      if (requests === 1) return;
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const headers = {etag: '"a"', "content-length": csv.length - from};
      if (from > 0) {
        response.writeHead(206, {
          ...headers,
          "content-range": `bytes ${from}-${csv.length - 1}/${csv.length}`
        });
        return void response.end(csv.slice(from));
      }
      response.writeHead(200, headers);
      response.write(csv.slice(0, 12));
    });
    const said: string[] = [];
    const transfers: Transfer[] = [];
    const {version} = await pull(await temporaryWorkspace(), set(url), {
      idleMs,
      onProgress: (message) => said.push(message),
      onTransfer: (transfer) => transfers.push(transfer)
    });
    expect(version.rows).toBe(3);
    const file = `${url}/rows.csv`;
    expect(said).toEqual([
      `${file} broke off (nothing came for 1.5 s): asking again, 1 of 5`,
      `${file} broke off (nothing came for 0.3 s): asking again, 2 of 5`,
      `resuming ${file} at byte 12`
    ]);
    expect(transfers).toEqual([
      {url: file, bytes: 12, total: csv.length},
      {url: file, bytes: csv.length, total: csv.length}
    ]);
  }
);

it.concurrent(
  "gives a server up that never sends more, with what to do: a pull goes on only from what came",
  async () => {
    const givenUp = async (headers: Record<string, string> | undefined) => {
      const url = await listen((_, response) => {
        if (!headers) return;
        response.writeHead(200, {...headers, "content-length": 100_000});
        response.write(csv);
      });
      return pull(await temporaryWorkspace(), set(url), {idleMs: headers ? 100 : 20}).then(
        () => "",
        (error: Error) => error.message
      );
    };
    const messages = await Promise.all([givenUp(undefined), givenUp({}), givenUp({etag: '"a"'})]);
    const gone = "rows.csv broke off 6 times (nothing came for 0.1 s).";
    expect(messages.map((message) => message.slice(message.indexOf("rows.csv")))).toEqual([
      `${gone} Pull again when the server can send it.`,
      `${gone} Pull again when the server can send it.`,
      `${gone} Pull again to go on where it ended.`
    ]);
  },
  30_000
);

it.concurrent("gives an answer that is made when it is asked for five times as long to begin", async () => {
  let requests = 0;
  const url = await listen((_, response) => {
    requests++;
    setTimeout(() => response.end(csv), 2 * idleMs);
  });
  const {version} = await pull(await temporaryWorkspace(), set(url), {idleMs});
  expect([version.rows, requests]).toEqual([3, 1]);
});

it.concurrent("waits for a server that sends slowly, as long as something comes", async () => {
  const url = await listen((_, response) => {
    response.writeHead(200, {"content-length": csv.length});
    const timer = setInterval(() => {
      response.write(csv.slice(sent, ++sent));
      if (sent === csv.length) clearInterval(timer);
    }, idleMs / 6);
    let sent = 0;
  });
  const said: string[] = [];
  await pull(await temporaryWorkspace(), set(url), {idleMs, onProgress: (message) => said.push(message)});
  expect(said).toEqual([]);
});

it.concurrent(
  "gives up on a hub, and on an address that versions are imported from, that send nothing",
  async () => {
    const url = await listen(() => undefined);
    const hub = defineDataset({
      name: "set",
      source: {kind: "huggingface", repo: "owner/name", hubUrl: url}
    });
    const models = hubDownloads({hubUrl: url, idleMs}, "owner/model");
    await Promise.all([
      expect(pull(await temporaryWorkspace(), hub, {idleMs})).rejects.toThrow(
        /owner\/name at main could not be read \(nothing came for 1\.5 s\)/
      ),
      expect(
        importVersion(await temporaryWorkspace(), "set", "0123456789abcdef", url, {idleMs})
      ).rejects.toThrow(/could not be fetched whole \(nothing came for 1\.5 s\)\. Import again/),
      expect(models.get(`${url}/api/models/owner/model`)).rejects.toThrow(
        /The hub cannot be reached: No answer from .*UND_ERR_HEADERS_TIMEOUT/
      )
    ]);
    await models.close();
  }
);
