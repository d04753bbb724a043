-- First consents of new visitors, as c15t's own banner sends them.
dofile(os.getenv("BENCH_WRK") .. "/result.lua")
local letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
local asked = 0
math.randomseed(tonumber(os.getenv("BENCH_NUMBER")))

local function subject()
  local made = {}
  for place = 1, 27 do
    local letter = math.random(1, #letters)
    made[place] = string.sub(letters, letter, letter)
  end
  return "sub_" .. table.concat(made)
end

function request()
  asked = asked + 1
  local body = string.format(
    '{"type":"cookie_banner","subjectId":"%s","domain":"example.test","givenAt":%d,"consentAction":"custom",'
    .. '"preferences":{"necessary":true,"measurement":true,"marketing":false},"uiSource":"dialog",'
    .. '"jurisdictionModel":"opt-in","metadata":{}}',
    subject(), 1760000000000 + asked)
  return wrk.format("POST", "/api/c15t/subjects", { ["Content-Type"] = "application/json" }, body)
end
