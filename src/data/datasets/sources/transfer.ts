import type {Readable} from "node:stream";

/** How far the transfer of a file is. */
export interface Transfer {
  /** Without user, password and query. */
  url: string;
  bytes: number;
  /** Of the whole file, where the server says so. */
  total?: number;
}

/**
 * Tells of the bytes of a stream that is piped at once; `bytes` are those that were there before. No stage of its own: what such
 * a one holds would be lost when the transfer breaks off, and be sent again.
 */
export function counted(
  pieces: Readable,
  transfer: Transfer,
  onTransfer?: (transfer: Transfer) => void
): Readable {
  let {bytes} = transfer;
  if (!onTransfer) return pieces;
  return pieces.on("data", (piece: Uint8Array) => {
    bytes += piece.length;
    onTransfer({...transfer, bytes});
  });
}
