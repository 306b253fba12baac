/** A failure with the status and the words that the client sees. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string,
    /** False tells clients that the same request again does not help. */
    readonly mayRetry = true
  ) {
    super(message);
  }
}
