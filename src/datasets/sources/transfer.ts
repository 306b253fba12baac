/** How far the transfer of a file is. */
export interface Transfer {
  /** Without user, password and query. */
  url: string;
  bytes: number;
  /** Of the whole file, where the server says so. */
  total?: number;
}

/** Passes the bytes of a transfer on and tells of them; `bytes` are those that were there before. */
export function counting(transfer: Transfer, onTransfer?: (transfer: Transfer) => void) {
  return async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let {bytes} = transfer;
    for await (const piece of pieces) {
      bytes += piece.length;
      onTransfer?.({...transfer, bytes});
      yield piece;
    }
  };
}
