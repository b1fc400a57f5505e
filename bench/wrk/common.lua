-- What all kinds of requests share: the options and files that the bench gave, parts of requests, and random event ids.
local common = {}

-- "name=value" each.
function common.options(args)
  local options = {}
  for _, argument in pairs(args) do
    local name, value = argument:match("^([%w_]+)=(.*)$")
    if name then
      options[name] = value
    end
  end
  return options
end

-- Threads and rounds must not send the same ids, so the clock would not do.
function common.seed()
  local file = assert(io.open("/dev/urandom", "rb"))
  local seed = 0
  for _, byte in ipairs({ file:read(6):byte(1, -1) }) do
    seed = seed * 256 + byte
  end
  file:close()
  math.randomseed(seed)
end

-- The lines of a file that the bench has written, in their fields.
function common.rows(options, name)
  local rows = {}
  for line in io.lines(options.folder .. "/" .. name) do
    local fields = {}
    for field in line:gmatch("%S+") do
      fields[#fields + 1] = field
    end
    rows[#rows + 1] = fields
  end
  assert(#rows > 0, name .. " is empty")
  return rows
end

-- Who may act for a child, its books, and those that it has begun.
function common.viewers(options, name)
  local viewers = {}
  for i, row in ipairs(common.rows(options, name)) do
    local viewer = { child = row[1], head = common.head(row[2]), books = common.numbers(row[3]), begun = common.numbers(row[4]) }
    viewers[i] = viewer
  end
  return viewers
end

function common.numbers(text)
  local numbers = {}
  for number in (text or ""):gmatch("%d+") do
    numbers[#numbers + 1] = number
  end
  return numbers
end

function common.any(list)
  return list[math.random(#list)]
end

-- Of a request, after its first line.
function common.head(token)
  return " HTTP/1.1\r\nHost: localhost\r\n" .. (token and "Authorization: Bearer " .. token .. "\r\n" or "")
end

function common.get(path, head)
  return "GET " .. path .. head .. "\r\n"
end

function common.post(path, head, body)
  return "POST " .. path .. head .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function common.uuid()
  local random = math.random
  return ("%08x-%04x-4%03x-%x%03x-%04x%08x"):format(random(0, 4294967295), random(0, 65535), random(0, 4095), random(8, 11), random(0, 4095),
    random(0, 65535), random(0, 4294967295))
end

-- RFC 3339; made once a second for each distance.
local second, times = 0, {}
function common.time(secondsAgo)
  local now = os.time()
  if now ~= second then
    second, times = now, {}
  end
  local text = times[secondsAgo]
  if not text then
    text = os.date("!%Y-%m-%dT%H:%M:%SZ", now - secondsAgo)
    times[secondsAgo] = text
  end
  return text
end

return common
