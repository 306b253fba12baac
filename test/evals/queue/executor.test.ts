import {describeQueue} from "./support/describeQueue.js";

describeQueue("two workers and a key", Buffer.alloc(32, 7).toString("base64"));
