import {createLimiter, type Limiter, limiterFor} from "./limiter.js";
import type {Endpoint} from "./types.js";

/** The limiters of all endpoints that are called together: endpoints of one name share one, whoever calls them. */
export interface Limiters {
  /** Of a cascade or a reranked candidate it bounds the requests at once alone: what its models are asked has limiters of its own. */
  of(endpoint: Endpoint): Limiter;
}

/** @param max `-j`: the most calls in flight for each endpoint */
export function createLimiters(max: number): Limiters {
  const limiters = new Map<string, Limiter>();
  return {
    of(endpoint) {
      let limiter = limiters.get(endpoint.name);
      if (!limiter) {
        limiter = endpoint.stages ? createLimiter({max, adaptive: false}) : limiterFor(endpoint, max);
        limiters.set(endpoint.name, limiter);
      }
      return limiter;
    }
  };
}
