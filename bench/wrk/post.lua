-- POST the bodies of a file, one a line, by turns, with the key.
dofile(os.getenv("BENCH_WRK") .. "/result.lua")
response = nil
local bodies, turn = {}, 0

function init(args)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = os.getenv("BENCH_KEY") }
  for line in io.lines(os.getenv("BENCH_BODIES")) do
    bodies[#bodies + 1] = wrk.format("POST", nil, headers, line)
  end
end

function request()
  turn = turn % #bodies + 1
  return bodies[turn]
end
