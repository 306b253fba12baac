import {describeQueue} from "./support/describeQueue.js";

describeQueue("two workers");
