/** How long a server may send nothing, before its answer and inside it. */
export const IDLE_MS = 60_000;

/** The limits of a request to such a server. */
export const idleLimits = (idleMs: number) => ({headersTimeout: idleMs, bodyTimeout: idleMs});

interface Failure {
  code?: unknown;
  cause?: unknown;
}

/** Of a failure for which nothing came in the time that was left to it, an error that says so. */
export function stalled(failure: unknown, idleMs: number): Error | undefined {
  const {code, cause} = failure as Failure;
  const found = code ?? (cause as Failure | undefined)?.code;
  return found === "UND_ERR_HEADERS_TIMEOUT" || found === "UND_ERR_BODY_TIMEOUT"
    ? new Error(`nothing came for ${idleMs / 1000} s`, {cause: failure})
    : undefined;
}

/** `fetch` for clients that take one, with the limit, and what ends its connections. */
export async function fetchWithin(
  idleMs: number
): Promise<{fetch: typeof globalThis.fetch; close(): Promise<void>}> {
  const {Agent, fetch} = await import("undici");
  const dispatcher = new Agent(idleLimits(idleMs));
  const within = (input: unknown, init?: object) => fetch(input as string, {...init, dispatcher});
  return {fetch: within as unknown as typeof globalThis.fetch, close: () => dispatcher.destroy()};
}
