-- wrk's script: asks for the targets of a file in turn, and says what came of it as JSON.
local requests, count = {}, 0

function init(args)
  for target in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", target)
  end
end

function request()
  count = count % #requests + 1
  return requests[count]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"failed":%d,"p99Milliseconds":%f}\n',
    summary.requests,
    summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(99) / 1000
  ))
end
