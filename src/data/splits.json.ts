import {print, splits} from "../site/index.js";

await print(splits);
