import {history, print} from "../site/index.js";

await print(history);
