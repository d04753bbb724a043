-- What every script ends with: one line that bench/programs.py reads, and the first bad reply.
-- Each thread has its own variables; there is one thread here, and `done` runs in a state of its own.
local first = true
function response(status, headers, body)
  if status >= 300 and first then
    first = false
    print("BAD " .. status .. " " .. string.sub(body or "", 1, 200))
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT requests=%d seconds=%.3f p50=%.4f p99=%.4f bad=%d lost=%d\n",
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
