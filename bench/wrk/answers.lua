-- Valid answers of browsers: every second one comes from a new device, the others from devices that answered before.
dofile(os.getenv("BENCH_WRK") .. "/result.lua")
local seed = os.getenv("BENCH_SEED") -- 22 characters of base64url, new in every run
local told = os.getenv("BENCH_TOLD") -- the notice, its layout and text, as JSON without its last brace
local path = os.getenv("BENCH_PATH")
local number = tonumber(os.getenv("BENCH_NUMBER"))
local LATELY = 512 -- devices whose first answer may still be under way
local choices, said, asked, devices = {}, {}, 0, 0

for choice in string.gmatch(os.getenv("BENCH_CHOICES"), "%S+") do choices[#choices + 1] = choice end
math.randomseed(number)

local function whose()
  if asked % 2 == 1 or devices <= LATELY then
    devices = devices + 1
    said[devices] = 0
    return devices
  end
  return math.random(1, devices - LATELY)
end

local function answers()
  local made = {}
  for place, choice in ipairs(choices) do
    made[place] = string.format('"%s":"%s"', choice, math.random(2) == 1 and "given" or "refused")
  end
  return table.concat(made, ",")
end

function request()
  asked = asked + 1
  local device = whose()
  local event = string.format("%08x-0000-4000-8000-%012x", number, asked)
  local body = string.format(
    '%s,"event":"%s","act":"choose","surface":"banner","base":%d,"answers":{%s}}',
    told, event, said[device], answers())
  said[device] = said[device] + 1
  local headers = { ["Content-Type"] = "application/json", ["Sayso-Device"] = seed .. string.format("%021d", device) }
  return wrk.format("POST", path, headers, body)
end
