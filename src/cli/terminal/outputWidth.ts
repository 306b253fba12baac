const LEAST = 20;

/** The columns of the terminal that a stream writes to; undefined where it writes to a file or another program. */
export function outputWidth(stream: NodeJS.WriteStream = process.stdout): number | undefined {
  // Terminals that do not know their size say 0.
  return stream.isTTY && stream.columns > 0 ? Math.max(LEAST, stream.columns) : undefined;
}
