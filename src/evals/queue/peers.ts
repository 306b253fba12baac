import {UserError} from "../../base/validation/index.js";
import {EXPIRES} from "./keys.js";
import {PROTOCOL} from "./protocol.js";
import {pairs, pipelined, type Redis, serverTime} from "./server/redis.js";

/**
 * Every coordinator and every worker of a server: a hash of JSON by role and id. Releases of all protocols read it to
 * find those that they cannot work with, so neither its name nor its fields may change.
 */
export const PEERS = "assay:peers";

/** Coordinators announce themselves every 3 s, workers every second. */
const SILENT_MS = 15_000;
const FORGET_MS = 60_000;

export interface PeerVersion {
  protocol: number;
  /** Of Assay, such as 0.1.0. */
  release?: string;
}

export interface Peer extends PeerVersion {
  role: "coordinator" | "worker";
  id: string;
  /** Names of the queues that it uses. */
  queues: readonly string[];
}

/** One coordinator or worker among the server's peers. */
export class PeerEntry {
  private readonly field: string;

  constructor(
    private readonly redis: Redis,
    private readonly role: Peer["role"],
    readonly id: string,
    readonly version: PeerVersion = {protocol: PROTOCOL}
  ) {
    this.field = `${role}:${id}`;
  }

  /** Announces the queues that it uses. Returns the live peers of the other role that use one of them. */
  async announce(queues: readonly string[]): Promise<Peer[]> {
    const at = await serverTime(this.redis);
    const entry = {...this.version, queues, at};
    await pipelined(this.redis, [
      ["HSET", PEERS, this.field, JSON.stringify(entry)],
      ["EXPIRE", PEERS, EXPIRES]
    ]);
    const entries = pairs(await this.redis.call("HGETALL", PEERS));
    const forgotten = [...entries.keys()].filter((field) => {
      const seen = Number(fieldsOf(entries.get(field)!)["at"]);
      return !(at - seen < FORGET_MS) && field !== this.field;
    });
    if (forgotten.length > 0) await this.redis.call("HDEL", PEERS, ...forgotten);
    return [...entries].flatMap(([field, text]) => {
      const peer = peerOf(field, text, at);
      return peer && peer.role !== this.role && peer.queues.some((one) => queues.includes(one)) ? [peer] : [];
    });
  }

  async leave(): Promise<void> {
    await this.redis.call("HDEL", PEERS, this.field);
  }

  hasOtherProtocol = (peer: Peer): boolean => peer.protocol !== this.version.protocol;
}

/**
 * Why a worker must leave: every live coordinator of its queues has another protocol. It goes on while one of them has
 * its own.
 */
export function refusalOfWorker(
  own: PeerEntry,
  coordinators: readonly Peer[],
  shown: string
): UserError | undefined {
  const [first] = coordinators;
  if (!first || !coordinators.every(own.hasOtherProtocol)) return undefined;
  return new UserError(
    `this worker is refused: it has ${versionText(own.version)}, and the run at ${shown} has ${versionText(first)}. ${REMEDY}`
  );
}

/** What a coordinator says of a worker with another protocol. */
export function refusalByCoordinator(own: PeerEntry, worker: Peer): string {
  return `worker ${worker.id} is refused: it has ${versionText(worker)}, and this run has ${versionText(own.version)}. ${REMEDY}`;
}

const REMEDY = "Install the same release of Assay for the run and its workers.";

const versionText = ({protocol, release}: PeerVersion) =>
  `queue protocol ${protocol}${release === undefined ? "" : ` (Assay ${release})`}`;

/** Undefined for peers that are silent, and for what another program has written. */
function peerOf(field: string, text: string, now: number): Peer | undefined {
  const [, role, id] = /^(coordinator|worker):([\w-]{1,64})$/.exec(field) ?? [];
  const {protocol, release, queues, at} = fieldsOf(text);
  if (!role || !id || typeof protocol !== "number" || !Array.isArray(queues)) return undefined;
  if (!(now - Number(at) < SILENT_MS)) return undefined;
  return {
    role: role as Peer["role"],
    id,
    protocol,
    release: typeof release === "string" && /^[\w.+-]{1,40}$/.test(release) ? release : undefined,
    queues: queues as string[]
  };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
