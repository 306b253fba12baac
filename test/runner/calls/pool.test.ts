import {createPool} from "../../../src/runner/calls/pool.js";
import {describeExecutor} from "../executorSuite.js";

describeExecutor("the pool of this process", async (setup) => ({executor: createPool(setup)}));
