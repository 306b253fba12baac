/**
 * Measures how fast an endpoint answers under load: arrivals at a rate, or a number of calls in flight.
 * In: an endpoint, prompts and levels; or the JSON of guidellm or AIPerf. Out: latencies and throughput for each level.
 * It scores no answer and stores nothing itself.
 */
export {importBench} from "./importBench.js";
export {loadTest, type LoadOptions} from "./loadTest.js";
