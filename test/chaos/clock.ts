/** Preloaded: each number that the parent sends moves this process's time of day, in milliseconds. */
const real = Date.now;
let moved = 0;
Date.now = () => real() + moved;
process.on("message", (ms: number) => (moved += ms));
process.channel?.unref();
