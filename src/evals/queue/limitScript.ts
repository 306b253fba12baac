/**
 * Shared limits of one endpoint over all workers: places, requests and tokens a minute, and the adaptive concurrency of
 * `endpoints/adaptiveConcurrency.ts`, by the server's clock. One step takes in what a worker has seen, and grants as many
 * of its waiting calls as fit, in their order. A call that a living worker makes is made by no other. A token bucket holds one second's worth, as `endpoints/tokenBucket.ts`.
 *
 * KEYS: limit, flying, alive, run, paused, listening. ARGV[1]: LimitStep as JSON. Returns LimitAnswer as JSON.
 */
export const limitScript = `
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
local limit = step.adaptive and math.max(1, math.floor(math.min(state.limit, cap))) or cap

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
if step.adaptive then limit = math.max(1, math.floor(math.min(state.limit, cap))) end

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

local function isAlive(worker)
  return now - tonumber(redis.call('ZSCORE', KEYS[3], worker) or '0') <= step.silentMs
end

-- A server that was killed may have forgotten how a call ended: who waits for long looks at what its worker makes.
local function makes(worker, ask)
  local list = ask.waited >= step.patience and redis.call('GET', step.making .. worker)
  return not list or string.find(list, '"' .. ask.marks .. ' ' .. ask.place .. '"', 1, true)
end

local field = step.worker .. '|' .. step.scope
redis.call('HSET', KEYS[2], field, step.flying)
local all = redis.call('HGETALL', KEYS[2])
local total, ofRun = 0, 0
for i = 1, #all, 2 do
  local worker, scope = string.match(all[i], '^(.-)|(.*)$')
  local count = tonumber(all[i + 1]) or 0
  if count == 0 or not worker or not isAlive(worker) then
    if all[i] ~= field then redis.call('HDEL', KEYS[2], all[i]) end
  else
    total = total + count
    if scope == step.scope then ofRun = ofRun + count end
  end
end

local recalled = redis.call('HGET', KEYS[4], 'lane:' .. step.lane) ~= step.generation
local paused = redis.call('EXISTS', KEYS[5]) == 1
local codes, places, wait = {}, 0, 0
for _, ask in ipairs(step.asks) do
  local code = 'g'
  if not ask.holds then
    if recalled then break end
    local mark = redis.call('HGET', ask.marks, ask.place)
    if mark == 'e' then
      code = 'e'
    elseif mark and mark ~= step.worker .. '|' .. ask.id then
      local other = string.match(mark, '^(.-)|')
      code = isAlive(other) and makes(other, ask) and 'w' or 'b'
    end
    if code == 'g' or code == 'b' then
      if paused then wait = 500 break end
      if total >= limit or ofRun >= step.most then wait = 25 break end
    end
  end
  if code == 'g' or code == 'b' then
    wait = math.max(
      state.pausedUntil - now,
      waitFor('requests', step.requestsPerMinute, 1),
      waitFor('tokens', step.tokensPerMinute, ask.tokens)
    )
    if wait > 0 then break end
    take('requests', step.requestsPerMinute, 1)
    take('tokens', step.tokensPerMinute, ask.tokens)
    if not ask.holds then
      total = total + 1
      ofRun = ofRun + 1
      places = places + 1
      redis.call('HSET', ask.marks, ask.place, step.worker .. '|' .. ask.id)
      redis.call('EXPIRE', ask.marks, 86400)
    end
  end
  table.insert(codes, code)
end
if places > 0 then redis.call('HINCRBY', KEYS[2], field, places) end
redis.call('EXPIRE', KEYS[2], 3600)
redis.call('SET', KEYS[1], cjson.encode(state), 'EX', 3600)
return cjson.encode({codes = table.concat(codes), wait = math.max(0, math.ceil(wait)), recalled = recalled})
`;

/** What a worker says and asks for. Milliseconds throughout. */
export interface LimitStep {
  worker: string;
  lane: string;
  scope: string;
  generation: string;
  /** The worker's calls of this run that hold a place. */
  flying: number;
  /** The most calls of the run in flight over all workers. */
  most: number;
  adaptive: boolean;
  concurrency?: number;
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  silentMs: number;
  /** How often a call is asked for before what its worker says of itself is looked at. */
  patience: number;
  /** What the keys begin with by which workers say what they make. */
  making: string;
  /** Latencies of attempts that succeeded since the last step. */
  succeeded: number[];
  /** Attempts that the server was too busy for. */
  throttled: {latencyMs: number; retryAfterMs?: number}[];
  /** Tokens used beyond the estimates of calls that ended; negative gives back. */
  tokensBeyond: number;
  asks: {tokens: number; holds: boolean; waited: number; id?: string; marks?: string; place?: number}[];
}

export interface LimitAnswer {
  /**
   * One letter for each of the first asks: "g" granted, "b" granted though a worker that died had begun the call, "w" it
   * is being made by a worker that lives, "e" it has ended.
   */
  codes: string;
  /** Until the next may be granted. */
  wait: number;
  /** No more calls of this generation may begin. */
  recalled: boolean;
}
