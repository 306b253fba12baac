import type {QueueAddress} from "../address.js";
import type {PeerVersion} from "../peers.js";
import {createSealing, type QueueSealing} from "../sealing.js";
import {connect, type Redis} from "./redis.js";

/** A connection that coordinates runs, or looks at the queues. */
export interface QueueLink {
  redis: Redis;
  sealing: QueueSealing;
  /** The server's address without its password. */
  shown: string;
  version?: PeerVersion;
  close(): void;
}

export interface QueueLinkOptions {
  /** What ASSAY_QUEUE_KEY holds. */
  key?: string;
  /** Protocol and release of this process; the protocol of this code, and no release, when absent. */
  version?: PeerVersion;
  onMessage?(message: string): void;
}

/** A server that is away is waited for so long. */
const ANSWER_MS = 300_000;

/** Throws UserError when the server is not reached, or the key is none. */
export async function openQueueLink(
  address: QueueAddress,
  {key, version, onMessage = () => undefined}: QueueLinkOptions = {}
): Promise<QueueLink> {
  const sealing = createSealing(key);
  const redis = await connect(address, onMessage, ANSWER_MS);
  return {redis, sealing, shown: address.shown, version, close: () => redis.disconnect()};
}
