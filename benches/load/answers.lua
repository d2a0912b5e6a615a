-- For wrk: counts the answers whose status differs from the first argument.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  expected, unexpected = tonumber(args[1]), 0
end

function response(status)
  if status ~= expected then
    unexpected = unexpected + 1
  end
end

function done(summary)
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("unexpected")
  end
  print(string.format("ANSWERS %d %f %d", summary.requests, summary.duration / 1e6, wrong))
end
