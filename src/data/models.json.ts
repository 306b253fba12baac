import {print, models} from "../site/index.js";

await print(models);
