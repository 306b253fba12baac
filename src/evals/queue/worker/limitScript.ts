import {ENDED, EXPIRES} from "../keys.js";

/** Reads the step, and the state of the limits. A sorted set or hash that another program has put at a key is deleted. */
const READ = `
local step = cjson.decode(ARGV[1])
-- What another program has put at a key of ours would stop every call for good.
local function own(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end
own(KEYS[1], 'string')
own(KEYS[2], 'hash')
own(KEYS[3], 'zset')
own(KEYS[4], 'hash')
own(KEYS[6], 'zset')
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
redis.call('ZADD', KEYS[3], now, step.worker)
redis.call('ZADD', KEYS[6], now, step.worker)

local isRead, state = pcall(cjson.decode, redis.call('GET', KEYS[1]) or '{}')
if not isRead or type(state) ~= 'table' then state = {} end
local cap = math.min(step.most, step.concurrency or math.huge)
for _, name in ipairs({'limit', 'size', 'pausedUntil', 'decreasedAt'}) do
  if type(state[name]) ~= 'number' then state.limit = nil end
end
if not state.limit or type(state.round) ~= 'table' then
  state.limit = 8
  state.slow = true
  state.round = {}
  state.size = 8
  state.pausedUntil = 0
  state.decreasedAt = 0
end
state.pausedUntil = math.min(state.pausedUntil, now + 60000)
`;

/** Adaptive concurrency, as endpoints/adaptiveConcurrency.ts. */
const ADAPT = `
local function newRound()
  state.round = {}
  state.size = math.max(8, math.floor(state.limit))
end
local function decrease(factor)
  state.limit = math.max(1, math.min(state.limit, cap) * factor)
  state.slow = false
  newRound()
end
for _, latency in ipairs(step.succeeded) do
  if state.limit < cap then
    state.limit = math.min(cap, state.limit + (state.slow and 1 or 1 / state.limit))
  end
  table.insert(state.round, latency)
  if #state.round >= state.size then
    table.sort(state.round)
    local median = state.round[math.floor(#state.round / 2) + 1]
    newRound()
    state.best = math.min(state.best or median, median)
    if median > 250 and median > 3 * state.best then decrease(0.8) end
    state.best = state.best * 1.002
  end
end
for _, one in ipairs(step.throttled) do
  if now - one.latencyMs >= state.decreasedAt then
    state.decreasedAt = now
    decrease(0.5)
  end
  if one.retryAfterMs then
    state.pausedUntil = math.max(state.pausedUntil, now + math.min(60000, one.retryAfterMs))
  end
end
local limit = step.adaptive and math.max(1, math.floor(math.min(state.limit, cap))) or cap
`;

/** Requests and tokens a minute. A bucket holds one second's worth, as endpoints/tokenBucket.ts. */
const BUCKETS = `
local function refill(name, perMinute)
  if not perMinute then return end
  local capacity = math.max(1, perMinute / 60)
  local bucket = state[name]
  if type(bucket) ~= 'table' or type(bucket.level) ~= 'number' or type(bucket.at) ~= 'number' then
    bucket = {level = capacity, at = now}
  end
  local passed = math.max(0, now - bucket.at)
  bucket.level = math.min(capacity, bucket.level + passed * perMinute / 60000)
  bucket.at = now
  state[name] = bucket
end
local function waitFor(name, perMinute, amount)
  if not perMinute then return 0 end
  local missing = math.min(amount, math.max(1, perMinute / 60)) - state[name].level
  return missing <= 1e-6 and 0 or missing * 60000 / perMinute
end
local function take(name, perMinute, amount)
  if perMinute then
    state[name].level = math.min(math.max(1, perMinute / 60), state[name].level - amount)
  end
end
refill('requests', step.requestsPerMinute)
refill('tokens', step.tokensPerMinute)
take('tokens', step.tokensPerMinute, step.tokensBeyond)
`;

/** Slots that are taken, over all workers and of the run. Counts of workers that are silent are deleted. */
const COUNT = `
local function isAlive(worker)
  return now - tonumber(redis.call('ZSCORE', KEYS[3], worker) or '0') <= step.silentMs
end
local field = step.worker .. '|' .. step.run
redis.call('HSET', KEYS[2], field, step.inFlight)
local all = redis.call('HGETALL', KEYS[2])
local total, ofRun = 0, 0
for i = 1, #all, 2 do
  local worker, run = string.match(all[i], '^(.-)|(.*)$')
  local count = tonumber(all[i + 1]) or 0
  if count == 0 or not worker or not isAlive(worker) then
    if all[i] ~= field then redis.call('HDEL', KEYS[2], all[i]) end
  else
    total = total + count
    if run == step.run then ofRun = ofRun + count end
  end
end
`;

/** A claim is WORKER|ID|BEGUN, and of a call that ended one word. A call that a live worker has claimed is made by no other. */
const CLAIMS = `
-- A server that was killed may have forgotten how a call ended: the worker's heartbeat says whether it makes it.
local function holds(worker, claim)
  local held = claim.refusals >= step.verifyAfter and redis.call('GET', step.heldPrefix .. worker)
  return not held or string.find(held, '"' .. claim.key .. ' ' .. claim.position .. '"', 1, true)
end
-- How often the call was begun before, or what keeps it from this worker.
local function begunBefore(claim)
  local found = redis.call('HGET', claim.key, claim.position)
  if not found then return 0 end
  if found == '${ENDED}' then return nil, 'e' end
  local worker, id, begun = string.match(found, '^(.-)|(.-)|(%d+)$')
  if not worker then return 0 end
  if worker == step.worker and id == claim.id then return tonumber(begun) - 1 end
  if isAlive(worker) and holds(worker, claim) then return nil, 'w' end
  return tonumber(begun)
end
local function write(claim, begun)
  redis.call('HSET', claim.key, claim.position, step.worker .. '|' .. claim.id .. '|' .. begun)
  redis.call('EXPIRE', claim.key, ${EXPIRES})
end
`;

/** Grants as many of the asks as fit, in their order. */
const GRANT = `
local recalled = redis.call('HGET', KEYS[4], 'queue:' .. step.queue) ~= step.generation
local paused = redis.call('EXISTS', KEYS[5]) == 1
local words, slots, wait = {}, 0, 0
for _, ask in ipairs(step.asks) do
  local begun, refused = 0, nil
  if ask.claim then
    if recalled then break end
    begun, refused = begunBefore(ask.claim)
    if not refused then
      if paused then wait = 500 break end
      if total >= limit or ofRun >= step.most then wait = 25 break end
    end
  end
  if not refused then
    wait = math.max(
      state.pausedUntil - now,
      waitFor('requests', step.requestsPerMinute, 1),
      waitFor('tokens', step.tokensPerMinute, ask.tokens)
    )
    if wait > 0 then break end
    take('requests', step.requestsPerMinute, 1)
    take('tokens', step.tokensPerMinute, ask.tokens)
    if ask.claim then
      total = total + 1
      ofRun = ofRun + 1
      slots = slots + 1
      write(ask.claim, begun + 1)
    end
  end
  table.insert(words, refused or 'g' .. begun)
end
if slots > 0 then redis.call('HINCRBY', KEYS[2], field, slots) end
redis.call('EXPIRE', KEYS[2], 3600)
redis.call('SET', KEYS[1], cjson.encode(state), 'EX', 3600)
return cjson.encode({words = table.concat(words, ','), wait = math.max(0, math.ceil(wait)), recalled = recalled})
`;

/**
 * Shared limits of one endpoint over all workers, by the server's clock. One step takes in what a worker has seen, and
 * grants it slots.
 *
 * KEYS: limits, in-flight, heartbeats, run's record, paused, workers. ARGV[1]: LimitStep as JSON, with `silentMs`,
 * `verifyAfter` and `heldPrefix`. Returns ScriptAnswer as JSON.
 */
export const limitScript = [READ, ADAPT, BUCKETS, COUNT, CLAIMS, GRANT].join("");
