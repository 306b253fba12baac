import {print, datasets} from "../site/index.js";

await print(datasets);
