/**
 * Logs in Redis, as scripts: each runs there at one moment.
 *
 * A log is one list, so that a cluster could keep it anywhere: the texts of its window, oldest first, and as its last
 * element what is known of it: `<epoch> <n> <run>`.
 *
 * *run* names the server's process, and is new whenever it starts. A server that starts from a copy of its data (a
 * snapshot, an append-only file without its last second, a replica that took over) does not know which entries it had
 * given to followers since that copy. So a log of another run is over: the next one begins with an epoch of its own, and
 * nobody takes an id that was given twice for one entry, nor an empty answer for "nothing happened".
 *
 * @module
 */

/** Reads what is known of the log into `epoch`, which is `nil` when there is none, and `last`. */
const FIND = `
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local known = redis.call('LINDEX', KEYS[1], -1)
local epoch, last
if known then
  local found, count, before = string.match(known, '^(%x+) (%d+) (%x+)$')
  if before == run then epoch, last = found, tonumber(count) end
end
`;

/** Makes the log, of an epoch and a lifetime in milliseconds or `''`, in place of one that is over. */
function make(epoch: string, lifetime: string): string {
  return `
if not epoch then
  epoch, last = ${epoch}, 0
  redis.call('DEL', KEYS[1])
  redis.call('RPUSH', KEYS[1], epoch .. ' 0 ' .. run)
  if ${lifetime} ~= '' then redis.call('PEXPIRE', KEYS[1], ${lifetime}) end
end
`;
}

/**
 * Appends: `KEYS` the log; `ARGV` the text, the limit, the lifetime or `''`, an epoch for a new log, the channel. Gives the
 * id. Followers receive `<id> <text>`.
 */
export const APPEND: string = `${FIND}${make("ARGV[4]", "ARGV[3]")}
local n = string.format('%.0f', last + 1)
redis.call('LSET', KEYS[1], -1, ARGV[1])
redis.call('RPUSH', KEYS[1], epoch .. ' ' .. n .. ' ' .. run)
redis.call('LTRIM', KEYS[1], -1 - ARGV[2], -1)
if ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) else redis.call('PERSIST', KEYS[1]) end
local id = epoch .. '-' .. n
redis.call('PUBLISH', ARGV[5], id .. ' ' .. ARGV[1])
return id
`;

/** Gives the epoch and the last number: `KEYS` the log; `ARGV` an epoch and the lifetime or `''` for a new log. */
export const LAST: string = `${FIND}${make("ARGV[1]", "ARGV[2]")}
return { epoch, string.format('%.0f', last) }
`;

/**
 * Gives the epoch, the last number, 1 when what follows is all that came after an entry and 0 when it is the whole window,
 * and the texts: `KEYS` the log; `ARGV` the entry's epoch and number, and for a new log as {@link LAST}.
 */
export const REST: string = `${FIND}${make("ARGV[3]", "ARGV[4]")}
local size = redis.call('LLEN', KEYS[1]) - 1
local after = tonumber(ARGV[2])
local exact = epoch == ARGV[1] and after <= last and after >= last - size
local count = exact and last - after or size
local rest = { epoch, string.format('%.0f', last), exact and '1' or '0' }
if count > 0 then
  local texts = redis.call('LRANGE', KEYS[1], -1 - count, -2)
  for index = 1, #texts do rest[index + 3] = texts[index] end
end
return rest
`;

/** Gives the texts after an entry, `nil` when some may be missing: `KEYS` the log; `ARGV` the entry's epoch and number. */
export const AFTER: string = `${FIND}
if epoch ~= ARGV[1] then return false end
local size = redis.call('LLEN', KEYS[1]) - 1
local after = tonumber(ARGV[2])
if after > last or after < last - size then return false end
if after == last then return {} end
return redis.call('LRANGE', KEYS[1], -1 - (last - after), -2)
`;

/** Adds 1: `KEYS` the key; `ARGV` the lifetime of a new one or `''`. Gives `false` for what is no safe integer. */
export const INCREMENT: string = `
local text = redis.call('GET', KEYS[1])
if text and (not string.match(text, '^-?%d+$') or math.abs(tonumber(text)) > 9007199254740991) then return false end
local sum = redis.call('INCR', KEYS[1])
if not text and ARGV[1] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return string.format('%.0f', sum)
`;
