import {print, runs} from "../site/index.js";

await print(runs);
