/** Why a request has failed that no worker survived. Apart from the room, so that a command without a queue does not load it. */
export const WORKERS_DIED = "Every worker that took the call's job died.";
