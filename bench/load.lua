-- What `wrk` asks and how it judges: `wrk --script load.lua URL -- QUESTIONS`.
--
-- QUESTIONS is a file of Lua that returns pairs of a body and its answer. Bodies are posted in turn; every answer must be one
-- of those expected, byte for byte. At the end one line of JSON says what was counted.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

-- In each thread. Globals, because `done` asks for them from outside.
function init(arguments)
  requests, expected, turn, wrong = {}, {}, 0, 0
  for _, question in ipairs(dofile(arguments[1])) do
    table.insert(requests, wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, question.body))
    expected[question.answer] = true
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, _, body)
  if status ~= 200 or not expected[body] then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("wrong")
  end
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"wrong":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency:percentile(99.9) / 1e3, wrong))
end
