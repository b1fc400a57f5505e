-- Runs one kind of request (kind=…) and writes what came of it as one line. With check=1 it also notes every status and the first answer that is no success, which
-- costs the generator time: for warming up, not for measuring. With think_ms=… each connection waits that long between two requests, on average.
local common, requests = require("common"), require("requests")
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local options = common.options(args)
  common.seed()
  request = requests[options.kind](options)
  if options.check then
    noted, refused = "", ""
    response = function(status, headers, body)
      noted = noted .. status .. " "
      if (status < 200 or status > 299) and refused == "" then
        refused = status .. " " .. body
      end
    end
  end
  if options.think_ms then
    local mean = tonumber(options.think_ms)
    -- Spread, so that connections do not march in step.
    delay = function()
      return math.floor(mean * (0.5 + math.random()))
    end
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

function done(summary, latency)
  local statuses, refused = {}, ""
  for _, thread in ipairs(threads) do
    for status in (thread:get("noted") or ""):gmatch("%d+") do
      statuses[status] = (statuses[status] or 0) + 1
    end
    if refused == "" then
      refused = thread:get("refused") or ""
    end
  end
  local counts = {}
  for status, count in pairs(statuses) do
    counts[#counts + 1] = quoted(status) .. ":" .. count
  end
  local errors = summary.errors
  io.write(('\nbench {"requests":%d,"micros":%d,"p50_micros":%d,"p99_micros":%d,"not_success":%d,"socket_errors":%d,"statuses":{%s},"refused":%s}\n'):format(
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, table.concat(counts, ","), quoted(refused)))
end
