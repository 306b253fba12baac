/** A failure with the status and the words that the client sees. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string
  ) {
    super(message);
  }
}
