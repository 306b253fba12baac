import {costs, print} from "../site/index.js";

await print(costs);
