-- One operation under load, for wrk. BENCH_OPERATION names it, BENCH_LISTS is the folder of lists,
-- BENCH_FROM is how many lines of complete.tsv were used before. Prints one line of JSON.

local operation = os.getenv("BENCH_OPERATION")
local lists = os.getenv("BENCH_LISTS")
local password = os.getenv("BENCH_PASSWORD")
local used = tonumber(os.getenv("BENCH_FROM") or "0")
local api = "/api/v1"

local function lines(name)
    local all = {}
    for line in io.lines(lists .. "/" .. name) do all[#all + 1] = line end
    return all
end

local function split(line)
    local parts = {}
    for part in line:gmatch("[^\t]+") do parts[#parts + 1] = part end
    return parts
end

local function headers(token, more)
    local all = { ["Authorization"] = "Bearer " .. token, ["Host"] = "127.0.0.1" }
    local accept = os.getenv("BENCH_ACCEPT")
    if accept and accept ~= "" then all["Accept-Encoding"] = accept end
    for name, value in pairs(more or {}) do all[name] = value end
    return all
end

local json = { ["Content-Type"] = "application/json" }
local people, completions, typed, emails, film = {}, {}, {}, {}, {}
local names, cursors, admin = {}, {}, nil

local function person(n) return people[n % #people + 1] end
-- A walk over everybody that does not go from neighbour to neighbour.
local function stride(n) return n * 7919 end

local make = {}
function make.today(n) return wrk.format("GET", api .. "/me/today", headers(person(stride(n))[1])) end
function make.catalogue(n) return wrk.format("GET", api .. "/courses?limit=24", headers(person(stride(n))[1])) end
function make.course(n)
    local who = person(stride(n))
    return wrk.format("GET", api .. "/courses/" .. who[2], headers(who[1]))
end
function make.outline(n)
    local who = person(stride(n))
    return wrk.format("GET", api .. "/courses/" .. who[2] .. "/learn", headers(who[1]))
end
function make.lesson(n)
    local who = person(stride(n))
    return wrk.format("GET", api .. "/lessons/" .. who[3], headers(who[1]))
end
function make.search(n)
    return wrk.format("GET", api .. "/search?q=" .. typed[stride(n) % #typed + 1], headers(person(stride(n))[1]))
end
function make.suggest(n)
    return wrk.format("GET", api .. "/search/suggest?q=" .. typed[stride(n) % #typed + 1], headers(person(stride(n))[1]))
end
function make.heartbeat(n)
    local who = person(stride(n))
    local body = '{"timer":"bench-timer","seconds":30,"is_active":true}'
    return wrk.format("POST", api .. "/lessons/" .. who[3] .. "/heartbeat", headers(who[1], json), body)
end
function make.complete(n)
    local line = completions[used + n + 1]
    if not line then wrk.thread:stop() return make.today(n) end
    local who, lesson = line:match("^(%d+)\t(.+)$")
    return wrk.format("POST", api .. "/lessons/" .. lesson .. "/complete", headers(person(tonumber(who))[1], json), "{}")
end
function make.sign_in(n)
    local body = '{"email":"' .. emails[n % #emails + 1] .. '","password":"' .. password .. '"}'
    return wrk.format("POST", api .. "/auth/sign-in", { ["Host"] = "127.0.0.1", ["Content-Type"] = "application/json" }, body)
end
-- The list of people as an admin uses it: opened, filtered, searched while typing, leafed through.
local function people_list(query) return wrk.format("GET", api .. "/users?limit=50" .. query, headers(admin)) end
local filters = { "&role=learner&plan=premium", "&state=deactivated", "&never_seen=true&sort=name", "&complete_from=50&sort=last_seen", "&role=instructor" }
function make.users(n) return people_list(({ "", "&sort=name", "&sort=last_seen" })[n % 3 + 1]) end
function make.users_filter(n) return people_list(filters[n % #filters + 1]) end
function make.users_search(n) return people_list("&q=" .. names[stride(n) % #names + 1]) end
function make.users_page(n) return people_list("&sort=name&cursor=" .. cursors[stride(n) % #cursors + 1]) end
local function range(n)
    local first = n * 1048576 % (7 * 1048576)
    return "bytes=" .. first .. "-" .. first + 1048575
end
function make.media(n)
    local one = film[n % #film + 1]
    return wrk.format("GET", api .. "/media/" .. one[2] .. "/file", headers(one[1], { ["Range"] = range(n) }))
end
function make.nginx(n)
    return wrk.format("GET", "/film.mp4", { ["Host"] = "127.0.0.1", ["Range"] = range(n) })
end
-- What learners do, in the proportions in which they do it: a heartbeat every half minute, a lesson
-- opened now and then, and each morning the dashboard.
local mixture = {
    "heartbeat", "today", "lesson", "heartbeat", "outline", "heartbeat", "lesson", "course", "heartbeat", "complete",
    "heartbeat", "today", "lesson", "catalogue", "heartbeat", "suggest", "heartbeat", "outline", "search", "lesson",
}
function make.mixed(n)
    local what = mixture[n % #mixture + 1]
    return make[what](what == "complete" and math.floor(n / #mixture) or n)
end

function init()
    for _, line in ipairs(lines("people.tsv")) do people[#people + 1] = split(line) end
    if operation == "complete" or operation == "mixed" then completions = lines("complete.tsv") end
    if operation == "search" or operation == "suggest" or operation == "mixed" then typed = lines("typed.txt") end
    if operation == "sign_in" then emails = lines("emails.txt") end
    if operation:find("^users") then names, cursors, admin = lines("names.txt"), lines("cursors.txt"), lines("admin.txt")[1] end
    if operation == "media" then
        for _, line in ipairs(lines("film.txt")) do film[#film + 1] = split(line) end
    end
end

local count = 0
function request()
    count = count + 1
    return make[operation](count - 1)
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        '{"requests":%d,"per_second":%.1f,"p50":%.3f,"p95":%.3f,"p99":%.3f,"errors":%d,"timeouts":%d,"bytes":%d}\n',
        summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
        latency:percentile(95) / 1000, latency:percentile(99) / 1000,
        e.connect + e.read + e.write + e.status, e.timeout, summary.bytes))
end
