-- Each kind of request: given the options, a function that makes one more.
local common = require("common")
local requests = {}

function requests.playback(options)
  local viewers = common.viewers(options, options.viewers or "children.txt")
  return function()
    local viewer = common.any(viewers)
    return common.post("/api/v1/children/" .. viewer.child .. "/playback_sessions", viewer.head, '{"book_id":' .. common.any(viewer.books) .. "}")
  end
end

local function event(viewer, book, kind, position, secondsAgo)
  return '{"child_id":' .. viewer.child .. ',"book_id":' .. book .. ',"event_type":"' .. kind .. '","position_seconds":' .. position ..
    ',"occurred_at":"' .. common.time(secondsAgo) .. '","event_id":"' .. common.uuid() .. '","metadata":{"app_version":"2.4.0"}}'
end

-- One event, most often a heartbeat, of a book that was begun: each story has one first event and many more.
function requests.event(options)
  local viewers = common.viewers(options, "children.txt")
  return function()
    local viewer, kind = common.any(viewers), math.random(20)
    local body = event(viewer, common.any(viewer.begun), kind == 1 and "play_start" or kind == 2 and "play_end" or "heartbeat", math.random(0, 590), 0)
    return common.post("/api/v1/usage_events", viewer.head, body)
  end
end

-- A sitting that a device kept while it was offline.
function requests.batch(options)
  local viewers, size = common.viewers(options, "children.txt"), tonumber(options.batch)
  return function()
    local viewer, events = common.any(viewers), {}
    local book = common.any(viewer.begun)
    for i = 1, size do
      events[i] = event(viewer, book, i == 1 and "play_start" or i == size and "play_end" or "heartbeat", (i - 1) * 30, (size - i) * 30)
    end
    return common.post("/api/v1/usage_events", viewer.head, '{"events":[' .. table.concat(events, ",") .. "]}")
  end
end

function requests.library(options)
  local viewers = common.viewers(options, "children.txt")
  return function()
    local viewer = common.any(viewers)
    return common.get("/api/v1/children/" .. viewer.child .. "/library?per_page=50", viewer.head)
  end
end

function requests.search(options)
  local parents, queries = common.viewers(options, "parents.txt"), common.rows(options, options.queries or "queries-cold.txt")
  return function()
    return common.get("/api/v1/catalog/books?q=" .. common.any(queries)[1], common.any(parents).head)
  end
end

-- What else parents look at.
function requests.reads(options)
  local parents, books = common.viewers(options, "parents.txt"), tonumber(options.books)
  return function()
    local parent, what = common.any(parents), math.random(4)
    local path = what == 1 and "/api/v1/me" or what == 2 and "/api/v1/children" or what == 3 and "/api/v1/children/" .. parent.child .. "/activity"
      or "/api/v1/catalog/books/" .. math.random(books)
    return common.get(path, parent.head)
  end
end

function requests.register()
  local head = common.head()
  return function()
    return common.post("/api/v1/auth/register", head, '{"email":"new-' .. common.uuid() .. '@bench.example","password":"a quiet evening story"}')
  end
end

function requests.login(options)
  local head, parents = common.head(), common.rows(options, "logins.txt")
  return function()
    return common.post("/api/v1/auth/login", head, '{"email":"' .. common.any(parents)[1] .. '","password":"' .. options.password .. '"}')
  end
end

-- A day: 40% heartbeats, 25% libraries, 15% playback sessions (most of popular books), 15% searches (half of them what many look for), 5% other reads.
function requests.mixed(options)
  local function with(changes)
    return setmetatable(changes, { __index = options })
  end
  local popular, any = requests.playback(with({ viewers = "popular.txt" })), requests.playback(with({ viewers = "children.txt" }))
  local repeated, cold = requests.search(with({ queries = "queries-repeated.txt" })), requests.search(with({ queries = "queries-cold.txt" }))
  local heartbeat, library, reads = requests.event(options), requests.library(options), requests.reads(options)
  return function()
    local dice = math.random(200)
    return (dice <= 80 and heartbeat or dice <= 130 and library or dice <= 150 and popular or dice <= 160 and any or dice <= 175 and repeated or dice <= 190 and cold or reads)()
  end
end

return requests
