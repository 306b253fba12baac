/** How long a server may send nothing inside its answer, in ms. */
export const IDLE_MS = 60_000;

/** An answer that is made when it is asked for may take minutes to begin: five times as long. */
const headersMs = (idleMs: number) => 5 * idleMs;

/** The limits of a request to a server that may send nothing for `idleMs` inside its answer, and for five times that before it. */
export const idleLimits = (idleMs: number) => ({headersTimeout: headersMs(idleMs), bodyTimeout: idleMs});

interface CausedError {
  code?: unknown;
  cause?: unknown;
}

/** Of a failure for which nothing came in the time that was left to it, an error that says so. */
export function stalled(failure: unknown, idleMs: number): Error | undefined {
  const {code, cause} = failure as CausedError;
  const found = code ?? (cause as CausedError | undefined)?.code;
  const nothingFor = (ms: number) => new Error(`nothing came for ${ms / 1000} s`, {cause: failure});
  if (found === "UND_ERR_HEADERS_TIMEOUT") return nothingFor(headersMs(idleMs));
  return found === "UND_ERR_BODY_TIMEOUT" ? nothingFor(idleMs) : undefined;
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
