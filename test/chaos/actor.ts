import {type ChildProcess, spawn} from "node:child_process";
import {createInterface} from "node:readline";
import {setTimeout as sleep} from "node:timers/promises";
import {childScript} from "../support/childScript.js";
import {type CuttableProxy, startCuttableProxy} from "./cuttableProxy.js";

/** A process that is disturbed, with a way of its own to the server. */
export interface Actor {
  /** `wordsOf` gives its arguments from the server's address. Resolves with its first line. */
  start(wordsOf: (valkey: string) => string[]): Promise<string>;
  disturb(kind: "kill" | "cut" | "stall" | "freeze" | "clock", ms: number): Promise<void>;
  /** The end of what it wrote as errors and notes. */
  said(): string;
  /** How it ended although nobody killed it, since the last time. */
  takeFaults(): string[];
  /** Ends the process, if it has not ended. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const built = (name: string) => childScript(new URL(`${name}.ts`, import.meta.url));

/** What a start that found no server says: it is made again, as whoever looks after processes would. */
const NO_SERVER = "no Valkey or Redis server answers";

export async function openActor(
  script: "workerMain" | "coordinatorMain",
  valkeyPort: number,
  key: string
): Promise<Actor> {
  const [proxy, clock, main] = await Promise.all([
    startCuttableProxy(valkeyPort),
    built("clock"),
    built(script)
  ]);
  let words: string[] = [];
  let child: ChildProcess | undefined;
  let said = "";
  let faults: string[] = [];
  let told: {line(said: string): void; failed(error: Error): void} | undefined;

  const spawned = () => {
    const own = spawn(process.execPath, ["--import", clock, main, ...words], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {...process.env, ASSAY_QUEUE_KEY: key}
    });
    child = own;
    said = "";
    own.stderr!.on("data", (part: Buffer) => (said = (said + part.toString()).slice(-4000)));
    createInterface(own.stdout!).once("line", (line) => told?.line(line));
    own.once("close", (code, signal) => {
      if (own !== child || code === 0 || signal === "SIGKILL") return;
      if (!said.includes(NO_SERVER)) {
        faults.push(`${script} ended with ${code ?? signal}: ${said}`);
        if (script === "coordinatorMain") return void told?.failed(new Error(faults.at(-1)));
      }
      void sleep(200).then(() => own === child && spawned());
    });
  };
  const stop = async () => {
    const own = child;
    child = undefined;
    if (own) await killed(own);
  };
  return {
    start(wordsOf) {
      words = wordsOf(`redis://127.0.0.1:${proxy.port}`);
      return new Promise((line, failed) => {
        told = {line, failed};
        spawned();
      });
    },
    async disturb(kind, ms) {
      if (kind === "cut" || kind === "stall") return interrupted(proxy, kind, ms);
      const own = child;
      if (!own || !isAlive(own)) return;
      if (kind === "kill") {
        await killed(own);
        spawned();
      } else if (kind === "clock") own.send(ms);
      else {
        own.kill("SIGSTOP");
        await sleep(ms);
        own.kill("SIGCONT");
      }
    },
    said: () => said,
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    stop,
    async close() {
      await stop();
      await proxy.close();
    }
  };
}

async function interrupted(proxy: CuttableProxy, kind: "cut" | "stall", ms: number): Promise<void> {
  proxy[kind]();
  await sleep(ms);
  proxy.mend();
}

const isAlive = ({exitCode, signalCode}: ChildProcess) => exitCode === null && signalCode === null;

async function killed(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
